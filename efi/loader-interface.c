#include "loader-interface.h"

#include "../net/url.h"
#include "../payload/text.h"
#include "../payload/utf16.h"

#define VENDOR_GUID                                        \
    {                                                      \
        0x4a67b082, 0x0a4c, 0x41cf,                        \
        {                                                  \
            0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f \
        }                                                  \
    }

/* Visible to the operating system, forgotten with the next reset. */
#define ATTRIBUTES (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

/* Of the interface's features we have one: LoaderDeviceURL is set. */
#define FEATURE_REPORT_URL (UINT64_C(1) << 15)

static bool set(const struct loader_facts *facts, CHAR16 *name, const void *data, size_t size_bytes)
{
    EFI_GUID guid = VENDOR_GUID;

    return facts->system->RuntimeServices->SetVariable(name, &guid, ATTRIBUTES, size_bytes,
                                                       (void *)(uintptr_t)data) == EFI_SUCCESS;
}

/* As UTF-16 with a NUL. Nothing that is told is longer than a URL. */
static bool set_text(const struct loader_facts *facts, CHAR16 *name, const struct text *text)
{
    CHAR16 value[URL_MAX_BYTES + 1];
    struct bytes rest = text_bytes(text);
    size_t units = utf16_from_utf8(&rest, value, ARRAY_LENGTH(value) - 1);

    value[units] = 0;
    return set(facts, name, value, (units + 1) * sizeof(CHAR16));
}

static bool set_string(const struct loader_facts *facts, CHAR16 *name, struct bytes value)
{
    char memory[URL_MAX_BYTES];
    struct text text = TEXT(memory);

    text_add_bytes(&text, value);
    return set_text(facts, name, &text);
}

static bool set_us(const struct loader_facts *facts, CHAR16 *name, uint64_t us)
{
    char memory[20];
    struct text text = TEXT(memory);

    text_add_u64(&text, us);
    return set_text(facts, name, &text);
}

/* "EDK II 1.00", "UEFI 2.70" */
static void add_version(struct text *text, uint32_t version)
{
    text_add(text, " ");
    text_add_u64(text, version >> 16);
    text_add(text, (version & 0xffff) < 10 ? ".0" : ".");
    text_add_u64(text, version & 0xffff);
}

static bool set_firmware(const struct loader_facts *facts)
{
    const EFI_SYSTEM_TABLE *system = facts->system;
    char memory[200];
    struct text text = TEXT(memory);
    size_t units = 0;
    bool good;

    while (system->FirmwareVendor && units < 50 && system->FirmwareVendor[units] != 0)
        units++;
    /* What is no text is left out. */
    if (!utf16_to_utf8(system->FirmwareVendor, units, &text))
        text_clear(&text);
    add_version(&text, system->FirmwareRevision);
    good = set_text(facts, L"LoaderFirmwareInfo", &text);
    text_clear(&text);
    text_add(&text, "UEFI");
    add_version(&text, system->Hdr.Revision);
    return set_text(facts, L"LoaderFirmwareType", &text) && good;
}

static bool is_identifier(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') ||
           (byte_to_lower(byte) >= 'a' && byte_to_lower(byte) <= 'z') || memchr("+-_.@", byte, 5);
}

/* An entry's identifier is its file name; systemd takes these characters only. */
static bool set_entry(const struct loader_facts *facts)
{
    struct bytes name = facts->entry;
    char memory[256];
    struct text text = TEXT(memory);

    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '?' || name.data[i] == '#')
            name = bytes_first(name, i);
    for (size_t i = name.size; i > 0; i--)
        if (name.data[i - 1] == '/') {
            name = bytes_from(name, i);
            break;
        }
    for (size_t i = 0; i < name.size; i++)
        text_add_bytes(&text, is_identifier(name.data[i]) ? (struct bytes){ &name.data[i], 1 }
                                                          : BYTES("_"));
    return name.size == 0 || set_text(facts, L"LoaderEntrySelected", &text);
}

bool loader_interface_publish(const struct loader_facts *facts)
{
    uint64_t features = facts->origin.size > 0 ? FEATURE_REPORT_URL : 0;
    bool good = set_string(facts, L"LoaderInfo", BYTES("pivotboot " PIVOTBOOT_VERSION));

    good &= set_firmware(facts);
    good &= set(facts, L"LoaderFeatures", &features, sizeof(features));
    good &= set_us(facts, L"LoaderTimeInitUSec", clock_start_us(facts->clock));
    good &= set_us(facts, L"LoaderTimeExecUSec", clock_us(facts->clock));
    if (facts->origin.size > 0)
        good &= set_string(facts, L"LoaderDeviceURL", facts->origin);
    return set_entry(facts) && good;
}
