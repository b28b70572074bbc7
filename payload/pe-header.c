#include "pe-header.h"
#include "little-endian.h"

/* The MS-DOS header */
#define DOS_HEADER_BYTES 0x40
#define DOS_PE_OFFSET    0x3c

/* From the PE signature on */
#define PE_SIGNATURE_BYTES 4
#define PE_MACHINE         4
#define PE_SECTIONS_COUNT  6
#define PE_OPTIONAL_BYTES  20
#define PE_OPTIONAL        24

/* In the optional header of PE32+; it is this long without data directories. */
#define OPTIONAL_MAGIC             0
#define OPTIONAL_ENTRY_POINT       16
#define OPTIONAL_MAJOR_VERSION     44
#define OPTIONAL_SIZE_OF_IMAGE     56
#define OPTIONAL_SIZE_OF_HEADERS   60
#define OPTIONAL_SUBSYSTEM         68
#define OPTIONAL_DIRECTORIES_COUNT 108
#define OPTIONAL_BYTES             112
#define DIRECTORY_BYTES            8

#define PE32_PLUS                 0x20b
#define SUBSYSTEM_EFI_APPLICATION 10

/* In a section's header */
#define SECTION_NAME_BYTES      8
#define SECTION_VIRTUAL_SIZE    8
#define SECTION_VIRTUAL_ADDRESS 12
#define SECTION_RAW_SIZE        16
#define SECTION_RAW_OFFSET      20
#define SECTION_BYTES           40

bool pe_has_mz(struct bytes file)
{
    return bytes_start_with(file, BYTES("MZ"));
}

static enum status truncated(const char *what, uint64_t end_bytes, struct bytes file,
                             struct text *detail)
{
    text_add(detail, what);
    text_add(detail, " at byte ");
    text_add_u64(detail, end_bytes);
    text_add(detail, ", the file has ");
    text_add_u64(detail, file.size);
    return STATUS_KERNEL_TRUNCATED;
}

enum status pe_header_read(struct bytes file, struct text *detail, struct pe_header *ret_header)
{
    struct pe_header header;
    uint64_t start, end;

    if (file.size < DOS_HEADER_BYTES)
        return truncated("the MS-DOS header ends", DOS_HEADER_BYTES, file, detail);
    start = le_u32(file, DOS_PE_OFFSET);
    if (start > file.size || PE_OPTIONAL > file.size - start)
        return truncated("the PE header ends", start + PE_OPTIONAL, file, detail);
    if (!bytes_start_with(bytes_from(file, start), BYTES("PE\0\0"))) {
        text_add(detail, "expected a PE signature at byte ");
        text_add_u64(detail, start);
        text_add(detail, ", found ");
        text_add_quoted(detail, bytes_first(bytes_from(file, start), PE_SIGNATURE_BYTES));
        return STATUS_KERNEL_NOT_PE;
    }

    header = (struct pe_header){
        .machine = le_u16(file, start + PE_MACHINE),
        .sections_count = le_u16(file, start + PE_SECTIONS_COUNT),
        .optional_size_bytes = le_u16(file, start + PE_OPTIONAL_BYTES),
        .optional_offset = start + PE_OPTIONAL,
    };
    header.sections_offset = header.optional_offset + header.optional_size_bytes;
    end = header.sections_offset + (uint64_t)header.sections_count * SECTION_BYTES;
    if (end > file.size)
        return truncated("the section table ends", end, file, detail);

    *ret_header = header;
    return STATUS_OK;
}

/* A name fills its eight bytes, or NULs fill the rest. */
static struct bytes section_name(struct bytes section)
{
    struct bytes name = bytes_first(section, SECTION_NAME_BYTES);

    while (name.size > 0 && name.data[name.size - 1] == '\0')
        name.size--;
    return name;
}

struct pe_section pe_section_read(struct bytes file, const struct pe_header *header, size_t i)
{
    struct bytes section =
        bytes_first(bytes_from(file, header->sections_offset + i * SECTION_BYTES), SECTION_BYTES);

    return (struct pe_section){
        .name = section_name(section),
        .virtual_address = le_u32(section, SECTION_VIRTUAL_ADDRESS),
        .virtual_bytes = le_u32(section, SECTION_VIRTUAL_SIZE),
        .raw_offset = le_u32(section, SECTION_RAW_OFFSET),
        .raw_bytes = le_u32(section, SECTION_RAW_SIZE),
    };
}

bool pe_has_section(struct bytes file, const struct pe_header *header, struct bytes name)
{
    for (size_t i = 0; i < header->sections_count; i++)
        if (bytes_equal(pe_section_read(file, header, i).name, name))
            return true;
    return false;
}

static enum status wrong(const char *what, const char *expected, uint64_t found,
                         struct text *detail)
{
    text_add(detail, "the PE header's ");
    text_add(detail, what);
    text_add(detail, ": expected ");
    text_add(detail, expected);
    text_add(detail, ", found ");
    text_add_u64(detail, found);
    return STATUS_KERNEL_MALFORMED;
}

static enum status check_optional(struct bytes file, const struct pe_header *header,
                                  struct text *detail)
{
    struct bytes optional =
        bytes_first(bytes_from(file, header->optional_offset), header->optional_size_bytes);
    uint64_t directories_bytes, image_bytes, headers_bytes, entry;
    uint16_t magic, subsystem;

    if (optional.size < OPTIONAL_BYTES)
        return wrong("SizeOfOptionalHeader", "112 or more", optional.size, detail);
    magic = le_u16(optional, OPTIONAL_MAGIC);
    if (magic != PE32_PLUS)
        return wrong("magic number", "523 (PE32+)", magic, detail);
    directories_bytes = (uint64_t)le_u32(optional, OPTIONAL_DIRECTORIES_COUNT) * DIRECTORY_BYTES;
    if (directories_bytes > optional.size - OPTIONAL_BYTES)
        return wrong("NumberOfRvaAndSizes", "as many as SizeOfOptionalHeader has room for",
                     directories_bytes / DIRECTORY_BYTES, detail);
    subsystem = le_u16(optional, OPTIONAL_SUBSYSTEM);
    if (subsystem != SUBSYSTEM_EFI_APPLICATION)
        return wrong("subsystem", "10 (EFI application)", subsystem, detail);

    image_bytes = le_u32(optional, OPTIONAL_SIZE_OF_IMAGE);
    if (image_bytes == 0 || image_bytes > PE_IMAGE_MAX_BYTES)
        return wrong("SizeOfImage", "1 byte to 1 GiB", image_bytes, detail);
    headers_bytes = le_u32(optional, OPTIONAL_SIZE_OF_HEADERS);
    if (headers_bytes > file.size)
        return truncated("the headers end", headers_bytes, file, detail);
    if (headers_bytes > image_bytes)
        return wrong("SizeOfHeaders", "at most SizeOfImage", headers_bytes, detail);
    if (headers_bytes < header->sections_offset ||
        (uint64_t)header->sections_count * SECTION_BYTES > headers_bytes - header->sections_offset)
        return wrong("SizeOfHeaders", "the section table within it", headers_bytes, detail);
    entry = le_u32(optional, OPTIONAL_ENTRY_POINT);
    if (entry < headers_bytes || entry >= image_bytes)
        return wrong("AddressOfEntryPoint", "one between SizeOfHeaders and SizeOfImage", entry,
                     detail);
    return STATUS_OK;
}

static enum status check_section(struct bytes file, struct pe_section section, uint64_t image_bytes,
                                 struct text *detail)
{
    uint64_t raw_offset = section.raw_offset, address = section.virtual_address;

    if (section.raw_bytes > 0 &&
        (raw_offset > file.size || section.raw_bytes > file.size - raw_offset)) {
        text_add(detail, "section ");
        text_add_quoted(detail, section.name);
        return truncated(" ends", raw_offset + section.raw_bytes, file, detail);
    }
    if (address > image_bytes || section.virtual_bytes > image_bytes - address) {
        text_add(detail, "section ");
        text_add_quoted(detail, section.name);
        text_add(detail, " ends at address ");
        text_add_u64(detail, address + section.virtual_bytes);
        text_add(detail, ", the image at ");
        text_add_u64(detail, image_bytes);
        return STATUS_KERNEL_MALFORMED;
    }
    return STATUS_OK;
}

enum status pe_header_check(struct bytes file, const struct pe_header *header, struct text *detail)
{
    uint64_t image_bytes;
    enum status st;

    if ((st = check_optional(file, header, detail)))
        return st;
    if (header->sections_count == 0)
        return wrong("NumberOfSections", "1 or more", 0, detail);
    image_bytes = le_u32(file, header->optional_offset + OPTIONAL_SIZE_OF_IMAGE);
    for (size_t i = 0; i < header->sections_count; i++)
        if ((st = check_section(file, pe_section_read(file, header, i), image_bytes, detail)))
            return st;
    return STATUS_OK;
}

uint16_t pe_major_image_version(struct bytes file, const struct pe_header *header)
{
    return le_u16(file, header->optional_offset + OPTIONAL_MAJOR_VERSION);
}
