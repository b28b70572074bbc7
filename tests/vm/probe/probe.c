/*
 * The probe: an EFI application that stands in for a kernel. It says what a kernel would
 * be given (load options, initrd, device path) and what state the network was left in, then
 * acts by words in its load options:
 *
 *   probe-connect      connect all drivers first (under QEMU's -kernel nothing is)
 *   probe-return=0xN   return this EFI_STATUS to the loader
 *   probe-exit=N       end QEMU through isa-debug-exit: its status is 2 * N + 1
 *   probe-flood        watch that nothing writes into memory a kernel would own
 *   probe-ends         say how the initrd begins and ends instead of its SHA-256
 *   probe-hoard        leave hardly any memory before the initrd is asked for
 *   probe-start ...    start the initrd as an application with what follows as its load options,
 *                      five times, and show what memory it leaves
 *   probe-rounds=N     with probe-start: N times instead
 *   probe-flaw         with probe-flood: write into it, so that a test sees the watch work
 *
 * Otherwise it powers the machine off. As Linux's stub on x86 it gives up, and returns, when it
 * does not get its initrd.
 */
#include "memory.h"
#include "output.h"
#include "sha256.h"
#include "start.h"

static EFI_GUID load_file2_guid = {
    0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
};
static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID device_path_guid = DEVICE_PATH_PROTOCOL;
static EFI_GUID path_to_text_guid = EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID;
static EFI_GUID snp_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;

/* As in Linux: drivers/firmware/efi/libstub, LINUX_EFI_INITRD_MEDIA_GUID. */
static const struct {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
    { { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, { sizeof(VENDOR_DEVICE_PATH), 0 } },
      { 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } } },
    { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { sizeof(EFI_DEVICE_PATH), 0 } },
};

/* Of each end of the initrd. */
#define SHOWN_BYTES 16

#define ROUNDS 5

static EFI_SYSTEM_TABLE *st;
static EFI_BOOT_SERVICES *bs;

/* The compiler turns loops and initialisers into calls of these. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

void *memset(void *to, int value, size_t size)
{
    void *at = to;

    __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *at = to;

    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
    return to;
}

/* Points behind `word` where the load options have it at the start of a word, else NULL. */
static const CHAR16 *option(const CHAR16 *options, const char *word)
{
    for (const CHAR16 *at = options; *at != 0; at++) {
        UINTN i = 0;

        if (at != options && at[-1] != ' ')
            continue;
        while (word[i] != '\0' && at[i] == (CHAR16)word[i])
            i++;
        if (word[i] == '\0')
            return at + i;
    }
    return NULL;
}

static UINT64 number(const CHAR16 *text)
{
    UINT64 base = 10, value = 0;

    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    for (;; text++) {
        UINT64 digit = *text >= 'a' ? (UINT64)(*text - 'a') + 10 : (UINT64)(*text - '0');

        if (*text < '0' || digit >= base)
            return value;
        value = value * base + digit;
    }
}

static void say_path(const char *what, EFI_DEVICE_PATH *path)
{
    EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *converter;
    CHAR16 *text = NULL;

    if (path == NULL) {
        say("%s none", what);
        return;
    }
    if (!EFI_ERROR(bs->LocateProtocol(&path_to_text_guid, NULL, (void **)&converter)))
        text = converter->ConvertDevicePathToText(path, FALSE, FALSE);
    if (text == NULL) {
        say("%s cannot be shown", what);
        return;
    }
    say("%s %w", what, text);
    bs->FreePool(text);
}

static EFI_DEVICE_PATH *path_of(EFI_HANDLE handle)
{
    EFI_DEVICE_PATH *path;

    if (handle == NULL || EFI_ERROR(bs->HandleProtocol(handle, &device_path_guid, (void **)&path)))
        return NULL;
    return path;
}

static void connect_all(void)
{
    EFI_HANDLE *handles;
    UINTN count;

    if (EFI_ERROR(bs->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles)))
        return;
    for (UINTN i = 0; i < count; i++)
        bs->ConnectController(handles[i], NULL, NULL, TRUE);
    bs->FreePool(handles);
}

static void show_network(EFI_HANDLE device)
{
    EFI_HANDLE *handles;
    UINTN count;

    if (EFI_ERROR(bs->LocateHandleBuffer(ByProtocol, &snp_guid, NULL, &count, &handles))) {
        say("no snp");
        return;
    }
    for (UINTN i = 0; i < count; i++) {
        EFI_SIMPLE_NETWORK *snp;

        if (EFI_ERROR(bs->HandleProtocol(handles[i], &snp_guid, (void **)&snp)))
            continue;
        say("snp %u state %u mac %b filters %x media %u%s", (UINT64)i, (UINT64)snp->Mode->State,
            (UINTN)6, snp->Mode->CurrentAddress.Addr, (UINT64)snp->Mode->ReceiveFilterSetting,
            (UINT64)snp->Mode->MediaPresent, handles[i] == device ? " is our device" : "");
        say_path("snp path", path_of(handles[i]));
    }
    bs->FreePool(handles);
}

/*
 * Asks as Linux's EFI stub does: the size first, then the bytes, into pages of its own. Without
 * an initrd there are none.
 */
static EFI_STATUS load_initrd(EFI_PHYSICAL_ADDRESS *ret_at, UINTN *ret_size)
{
    EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
    EFI_LOAD_FILE_INTERFACE *loader;
    EFI_HANDLE handle;
    EFI_PHYSICAL_ADDRESS at = 0;
    UINTN size = 0;
    EFI_STATUS status;

    *ret_at = 0;
    *ret_size = 0;
    if (EFI_ERROR(bs->LocateDevicePath(&load_file2_guid, &path, &handle)) ||
        EFI_ERROR(bs->HandleProtocol(handle, &load_file2_guid, (void **)&loader))) {
        say("no initrd");
        return EFI_SUCCESS;
    }
    status = loader->LoadFile(loader, path, FALSE, &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL) {
        say("initrd size query failed: %x", (UINT64)status);
        return EFI_LOAD_ERROR;
    }
    status = bs->AllocatePages(AllocateAnyPages, EfiLoaderData, size / 4096 + 1, &at);
    if (EFI_ERROR(status)) {
        say("no memory for the initrd: %x", (UINT64)status);
        return status;
    }
    status = loader->LoadFile(loader, path, FALSE, &size, (void *)(UINTN)at);
    if (EFI_ERROR(status)) {
        say("initrd load failed: %x", (UINT64)status);
        bs->FreePages(at, size / 4096 + 1);
        return status;
    }
    *ret_at = at;
    *ret_size = size;
    return EFI_SUCCESS;
}

static EFI_STATUS show_initrd(BOOLEAN ends)
{
    EFI_PHYSICAL_ADDRESS at;
    UINTN size;
    UINT8 digest[32];
    EFI_STATUS status = load_initrd(&at, &size);

    if (EFI_ERROR(status) || at == 0)
        return status;
    say("initrd at %x", at);
    if (ends && size >= SHOWN_BYTES) {
        const UINT8 *initrd = (const UINT8 *)(UINTN)at;

        say("initrd size %u first %b last %b", (UINT64)size, (UINTN)SHOWN_BYTES, initrd,
            (UINTN)SHOWN_BYTES, initrd + size - SHOWN_BYTES);
    } else {
        sha256_of((const UINT8 *)(UINTN)at, size, digest);
        say("initrd size %u sha256 %b", (UINT64)size, sizeof(digest), digest);
    }
    bs->FreePages(at, size / 4096 + 1);
    return EFI_SUCCESS;
}

static void start_initrd(EFI_HANDLE image, const CHAR16 *options, UINT64 rounds)
{
    EFI_PHYSICAL_ADDRESS at;
    UINTN size;

    if (!EFI_ERROR(load_initrd(&at, &size)) && at != 0)
        start_repeatedly(image, bs, size, (void *)(UINTN)at, options, rounds);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    static CHAR16 options[8192];
    EFI_LOADED_IMAGE *loaded;
    const CHAR16 *value, *rounds;
    EFI_STATUS status;

    st = system_table;
    bs = st->BootServices;
    output_init(st->ConOut);
    status = bs->HandleProtocol(image, &loaded_image_guid, (void **)&loaded);
    if (EFI_ERROR(status))
        return status;
    for (UINTN i = 0; i < loaded->LoadOptionsSize / 2 && i < 8191; i++)
        options[i] = ((const CHAR16 *)loaded->LoadOptions)[i];

    say("started");
    say("load options: <%w>", options);
    say("load options size %u", (UINT64)loaded->LoadOptionsSize);
    say_path("device path", path_of(loaded->DeviceHandle));
    say_path("file path", loaded->FilePath);
    if (option(options, "probe-connect") != NULL)
        connect_all();
    if ((value = option(options, "probe-start ")) != NULL) {
        rounds = option(options, "probe-rounds=");
        start_initrd(image, value, rounds != NULL ? number(rounds) : ROUNDS);
        port_write32(DEBUG_EXIT_PORT, 0);
    }
    show_network(loaded->DeviceHandle);
    if (option(options, "probe-hoard") != NULL)
        memory_hoard(bs);
    status = show_initrd(option(options, "probe-ends") != NULL);
    memory_give_back(bs);
    if (EFI_ERROR(status))
        return status;
    say("after the initrd:");
    show_network(loaded->DeviceHandle);

    if ((value = option(options, "probe-return=")) != NULL) {
        say("returning");
        return number(value);
    }
    if (option(options, "probe-flood") != NULL)
        memory_watch(image, bs, option(options, "probe-flaw") != NULL);
    say("done");
    if ((value = option(options, "probe-exit=")) != NULL)
        port_write32(DEBUG_EXIT_PORT, (UINT32)number(value));
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_ABORTED;
}
