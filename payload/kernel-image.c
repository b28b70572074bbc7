#include "kernel-image.h"
#include "file-kind.h"
#include "little-endian.h"
#include "pe-header.h"

/* The x86 setup header, in bytes from the start of the file */
#define X86_SETUP_SECTS    0x1f1
#define X86_SYSSIZE        0x1f4
#define X86_BOOT_FLAG      0x1fe
#define X86_MAGIC          0x202
#define X86_PROTOCOL       0x206
#define X86_KERNEL_VERSION 0x20e
#define X86_CMDLINE_SIZE   0x238
#define X86_HEADER_END     0x23c

#define X86_BOOT_FLAG_VALUE     0xaa55
#define X86_PROTOCOL_CMDLINE    0x0206 /* the first protocol with cmdline_size */
#define X86_SECTOR_BYTES        512
#define X86_PARAGRAPH_BYTES     16 /* the unit of syssize */
#define X86_SETUP_SECTS_DEFAULT 4  /* what 0 stands for */
#define X86_VERSION_BASE        0x200

/* The arm64 Image header; the second is of a compressed image that unpacks itself. */
#define ARM64_MAGIC        0x38
#define ARM64_FLAGS        0x18
#define ARM64_BIG_ENDIAN   1
#define EFI_ZBOOT_MAGIC    4
#define ARM64_CMDLINE_SIZE 2047 /* COMMAND_LINE_SIZE without its NUL */

/* Linux 5.8, the first whose EFI stub asks for its initrd through LoadFile2. */
#define IMAGE_VERSION_LOAD_FILE2 1

/* As much of the first bytes as an error shows. */
#define SHOWN_BYTES 8

static bool has_magic(struct bytes image, size_t offset, struct bytes magic)
{
    return bytes_start_with(bytes_from(image, offset), magic);
}

static bool has_x86_header(struct bytes image)
{
    return has_magic(image, X86_MAGIC, BYTES("HdrS")) &&
           le_u16(image, X86_BOOT_FLAG) == X86_BOOT_FLAG_VALUE;
}

static bool has_arm64_header(struct bytes image)
{
    return has_magic(image, ARM64_MAGIC, BYTES("ARM\x64"));
}

static bool has_zboot_header(struct bytes image)
{
    return has_magic(image, EFI_ZBOOT_MAGIC, BYTES("zimg"));
}

static enum status without_mz(struct bytes image, struct text *detail)
{
    const char *kind = file_kind(image);

    if (has_x86_header(image) || has_arm64_header(image)) {
        text_add(detail, has_x86_header(image) ? "a bzImage" : "an arm64 Image");
        text_add(detail, " without the PE header that CONFIG_EFI_STUB gives");
        return STATUS_KERNEL_NO_EFI_STUB;
    }
    text_add(detail, "expected a bzImage or Image with an EFI stub, found ");
    if (kind) {
        text_add(detail, kind);
    } else {
        text_add(detail, "a file that starts with ");
        text_add_quoted(detail, bytes_first(image, SHOWN_BYTES));
    }
    return STATUS_KERNEL_NOT_PE;
}

static uint16_t machine_of(enum architecture architecture)
{
    return architecture == ARCHITECTURE_X64 ? PE_MACHINE_X64 : PE_MACHINE_AA64;
}

static const char *machine_name(uint16_t machine)
{
    switch (machine) {
    case PE_MACHINE_X64:
        return architecture_name(ARCHITECTURE_X64);
    case PE_MACHINE_AA64:
        return architecture_name(ARCHITECTURE_AA64);
    case PE_MACHINE_I386:
        return "ia32";
    case PE_MACHINE_ARM:
    case PE_MACHINE_THUMB:
        return "arm";
    case PE_MACHINE_RISCV64:
        return "riscv64";
    case PE_MACHINE_LOONGARCH:
        return "loongarch64";
    }
    return NULL;
}

static enum status check_machine(const struct pe_header *pe, enum architecture expected,
                                 struct text *detail)
{
    const char *name = machine_name(pe->machine);

    if (pe->machine == machine_of(expected))
        return STATUS_OK;
    text_add(detail, "this machine is ");
    text_add(detail, architecture_name(expected));
    text_add(detail, ", the kernel is for ");
    if (name) {
        text_add(detail, name);
    } else {
        text_add(detail, "machine 0x");
        text_add_hex(detail, pe->machine, 4);
    }
    return STATUS_KERNEL_ARCHITECTURE;
}

static enum status check_linux(struct bytes image, const struct pe_header *pe,
                               enum architecture expected, struct text *detail)
{
    if (expected == ARCHITECTURE_X64 && has_x86_header(image))
        return STATUS_OK;
    if (expected == ARCHITECTURE_AA64 && (has_arm64_header(image) || has_zboot_header(image)))
        return STATUS_OK;

    if (image.size < X86_HEADER_END) {
        text_add(detail, "a kernel's headers end at byte ");
        text_add_u64(detail, X86_HEADER_END);
        text_add(detail, " or later, the file has ");
        text_add_u64(detail, image.size);
        return STATUS_KERNEL_TRUNCATED;
    }
    text_add(detail, "found ");
    if (pe_has_section(image, pe, BYTES(".linux")))
        text_add(detail, "a unified kernel image (UKI); give its kernel and initrd apart");
    else
        text_add(detail, "another EFI executable");
    return STATUS_KERNEL_NOT_LINUX;
}

static enum status check_stub(struct bytes image, const struct pe_header *pe, struct text *detail)
{
    uint16_t version = pe_major_image_version(image, pe);

    if (version >= IMAGE_VERSION_LOAD_FILE2)
        return STATUS_OK;
    text_add(detail, "its stub can't load an initrd by LoadFile2: expected image version 1 or "
                     "later (Linux 5.8), found ");
    text_add_u64(detail, version);
    return STATUS_KERNEL_NO_EFI_STUB;
}

/* The printable characters from the start on. */
static struct bytes printable(struct bytes text)
{
    size_t size = 0;

    while (size < text.size && size < KERNEL_VERSION_MAX_BYTES && text.data[size] >= ' ' &&
           text.data[size] <= '~')
        size++;
    return size > 0 ? bytes_first(text, size) : (struct bytes){ NULL, 0 };
}

static enum status read_x86(struct bytes image, struct text *detail,
                            struct kernel_image *ret_kernel)
{
    uint16_t protocol = le_u16(image, X86_PROTOCOL);
    uint16_t version = le_u16(image, X86_KERNEL_VERSION);
    uint32_t cmdline_bytes = le_u32(image, X86_CMDLINE_SIZE);
    uint64_t setup_bytes = le_u8(image, X86_SETUP_SECTS);
    uint64_t needed_bytes;

    if (protocol < X86_PROTOCOL_CMDLINE) {
        text_add(detail, "expected boot protocol 0x0206 or later, found 0x");
        text_add_hex(detail, protocol, 4);
        return STATUS_KERNEL_NO_EFI_STUB;
    }
    if (setup_bytes == 0)
        setup_bytes = X86_SETUP_SECTS_DEFAULT;
    setup_bytes = (setup_bytes + 1) * X86_SECTOR_BYTES;
    needed_bytes = setup_bytes + (uint64_t)le_u32(image, X86_SYSSIZE) * X86_PARAGRAPH_BYTES;
    if (needed_bytes > image.size) {
        text_add(detail, "its setup header needs ");
        text_add_u64(detail, needed_bytes);
        text_add(detail, " bytes, the file has ");
        text_add_u64(detail, image.size);
        return STATUS_KERNEL_TRUNCATED;
    }
    if (cmdline_bytes == 0) {
        text_add(detail, "the setup header's cmdline_size: expected 1 or more, found 0");
        return STATUS_KERNEL_MALFORMED;
    }

    *ret_kernel = (struct kernel_image){ .cmdline_limit_bytes = cmdline_bytes };
    if (cmdline_bytes > KERNEL_CMDLINE_MAX_BYTES)
        ret_kernel->cmdline_limit_bytes = KERNEL_CMDLINE_MAX_BYTES;
    /* The version is a part of the setup code; a pointer to elsewhere leads to no version. */
    if (version > 0)
        ret_kernel->version =
            printable(bytes_from(bytes_first(image, setup_bytes), X86_VERSION_BASE + version));
    return STATUS_OK;
}

/* An arm64 kernel says its version only in the line that it prints first. */
static struct bytes find_banner_version(struct bytes image)
{
    const struct bytes banner = BYTES("Linux version ");
    struct bytes rest = image;

    while (rest.size > banner.size) {
        const uint8_t *found = memchr(rest.data, banner.data[0], rest.size - banner.size);

        if (!found)
            break;
        rest = bytes_from(rest, (size_t)(found - rest.data));
        /* A digit follows where it is not the format of the line. */
        if (bytes_start_with(rest, banner) && rest.data[banner.size] >= '0' &&
            rest.data[banner.size] <= '9')
            return printable(bytes_from(rest, banner.size));
        rest = bytes_from(rest, 1);
    }
    return (struct bytes){ NULL, 0 };
}

static enum status read_arm64(struct bytes image, struct text *detail,
                              struct kernel_image *ret_kernel)
{
    if (has_arm64_header(image) && (le_u8(image, ARM64_FLAGS) & ARM64_BIG_ENDIAN)) {
        text_add(detail, "expected a little-endian kernel, found a big-endian one");
        return STATUS_KERNEL_MALFORMED;
    }
    *ret_kernel = (struct kernel_image){
        .cmdline_limit_bytes = ARM64_CMDLINE_SIZE,
        .version = find_banner_version(image),
    };
    return STATUS_OK;
}

enum status kernel_image_read(struct bytes image, enum architecture expected, struct text *detail,
                              struct kernel_image *ret_kernel)
{
    struct pe_header pe;
    enum status st;

    if (!pe_has_mz(image))
        return without_mz(image, detail);
    if ((st = pe_header_read(image, detail, &pe)))
        return st;
    if ((st = check_machine(&pe, expected, detail)))
        return st;
    if ((st = check_linux(image, &pe, expected, detail)))
        return st;
    if ((st = pe_header_check(image, &pe, detail)))
        return st;
    if ((st = check_stub(image, &pe, detail)))
        return st;
    if (expected == ARCHITECTURE_X64)
        return read_x86(image, detail, ret_kernel);
    return read_arm64(image, detail, ret_kernel);
}
