#include "add-section.h"

#include <stdlib.h>

#include "../little-endian.h"
#include "../pe-header.h"

/* From the COFF header's start, which is behind the PE signature */
#define COFF_BYTES          20
#define COFF_SECTIONS_COUNT 2

/* In the optional header of PE32+ */
#define OPTIONAL_INITIALIZED_BYTES 8
#define OPTIONAL_SECTION_ALIGNMENT 32
#define OPTIONAL_FILE_ALIGNMENT    36
#define OPTIONAL_IMAGE_BYTES       56
#define OPTIONAL_HEADERS_BYTES     60
#define OPTIONAL_CHECKSUM          64
#define OPTIONAL_DIRECTORIES       112
#define DIRECTORY_BYTES            8
#define DIRECTORY_CERTIFICATES     4

/* In a section header */
#define SECTION_BYTES           40
#define SECTION_VIRTUAL_BYTES   8
#define SECTION_ADDRESS         12
#define SECTION_RAW_BYTES       16
#define SECTION_RAW_OFFSET      20
#define SECTION_CHARACTERISTICS 36

#define CONTENT_INITIALIZED_DATA 0x00000040
#define MEMORY_READ              0x40000000

/* Beyond every loader of ours, below where 32-bit offsets could overflow. */
#define FILE_MAX_BYTES (64U * 1024 * 1024)

struct image {
    struct bytes file;
    struct pe_header header;
    uint32_t section_alignment;
    uint32_t file_alignment;
    uint32_t image_bytes;
};

static bool refuse(struct text *detail, const char *sentence)
{
    text_add(detail, sentence);
    return false;
}

static void write_u16(uint8_t *to, uint32_t number)
{
    to[0] = (uint8_t)number;
    to[1] = (uint8_t)(number >> 8);
}

static void write_u32(uint8_t *to, uint32_t number)
{
    write_u16(to, number);
    write_u16(to + 2, number >> 16);
}

/* alignment: a power of two. */
static uint32_t aligned(uint32_t number, uint32_t alignment)
{
    return (number + alignment - 1) & ~(alignment - 1);
}

static bool is_alignment(uint32_t number)
{
    return number >= 16 && number <= 65536 && (number & (number - 1)) == 0;
}

static bool is_signed(const struct image *image)
{
    uint64_t entry = image->header.optional_offset + OPTIONAL_DIRECTORIES +
                     (uint64_t)DIRECTORY_CERTIFICATES * DIRECTORY_BYTES;

    return image->header.optional_size_bytes >=
               OPTIONAL_DIRECTORIES + (DIRECTORY_CERTIFICATES + 1) * DIRECTORY_BYTES &&
           (le_u32(image->file, entry) != 0 || le_u32(image->file, entry + 4) != 0);
}

/* Whether the bytes behind the section table are free for one more header. */
static bool has_room(const struct image *image)
{
    uint64_t end =
        image->header.sections_offset + (uint64_t)image->header.sections_count * SECTION_BYTES;
    uint32_t headers_bytes =
        le_u32(image->file, image->header.optional_offset + OPTIONAL_HEADERS_BYTES);

    if (headers_bytes > image->file.size || end > headers_bytes ||
        SECTION_BYTES > headers_bytes - end)
        return false;
    for (size_t i = 0; i < SECTION_BYTES; i++)
        if (image->file.data[end + i] != 0)
            return false;
    return true;
}

static bool open_image(const struct add_section *request, struct text *detail,
                       struct image *ret_image)
{
    struct image image = { .file = request->file };
    uint64_t optional;

    if (image.file.size > FILE_MAX_BYTES || request->content.size > FILE_MAX_BYTES)
        return refuse(detail, "the file or the section is larger than 64 MiB");
    if (!pe_has_mz(image.file))
        return refuse(detail, "it is not an EFI file: it does not start with MZ");
    if (pe_header_read(image.file, detail, &image.header) != STATUS_OK ||
        pe_header_check(image.file, &image.header, detail) != STATUS_OK)
        return false;

    optional = image.header.optional_offset;
    image.section_alignment = le_u32(image.file, optional + OPTIONAL_SECTION_ALIGNMENT);
    image.file_alignment = le_u32(image.file, optional + OPTIONAL_FILE_ALIGNMENT);
    image.image_bytes = le_u32(image.file, optional + OPTIONAL_IMAGE_BYTES);
    if (!is_alignment(image.section_alignment) || !is_alignment(image.file_alignment))
        return refuse(detail, "its alignments are not powers of two from 16 to 65536");
    if (image.image_bytes > FILE_MAX_BYTES)
        return refuse(detail, "its SizeOfImage is larger than 64 MiB");
    if (is_signed(&image))
        return refuse(detail, "it is signed already, and what is signed can't be changed: start "
                              "from the unsigned build and sign the result");
    if (pe_has_section(image.file, &image.header, bytes_of_string(request->name))) {
        text_add(detail, "it has a section ");
        text_add(detail, request->name);
        return refuse(detail, " already: start from the plain build");
    }
    if (!has_room(&image))
        return refuse(detail, "its headers have no room for one more section");
    *ret_image = image;
    return true;
}

/* "PE Format", appendix: the 16-bit sum of all words with its own field left out, plus the size. */
static uint32_t checksum(struct bytes file, uint64_t field)
{
    uint32_t sum = 0;

    for (uint64_t i = 0; i < file.size; i += 2) {
        if (i != field && i != field + 2)
            sum += i + 1 < file.size ? le_u16(file, i) : le_u8(file, i);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum + (uint32_t)file.size;
}

static void write_headers(const struct image *image, const struct add_section *request,
                          uint32_t raw_offset, struct buffer file)
{
    uint64_t optional = image->header.optional_offset;
    uint32_t content_bytes = (uint32_t)request->content.size;
    uint32_t raw_bytes = aligned(content_bytes, image->file_alignment);
    uint32_t address = aligned(image->image_bytes, image->section_alignment);
    uint32_t initialized_bytes = le_u32(image->file, optional + OPTIONAL_INITIALIZED_BYTES);
    uint32_t count = image->header.sections_count;
    uint8_t *section = file.data + image->header.sections_offset + (size_t)count * SECTION_BYTES;

    memcpy(section, request->name, strlen(request->name));
    write_u32(section + SECTION_VIRTUAL_BYTES, content_bytes);
    write_u32(section + SECTION_ADDRESS, address);
    write_u32(section + SECTION_RAW_BYTES, raw_bytes);
    write_u32(section + SECTION_RAW_OFFSET, raw_offset);
    write_u32(section + SECTION_CHARACTERISTICS, CONTENT_INITIALIZED_DATA | MEMORY_READ);

    write_u16(file.data + optional - COFF_BYTES + COFF_SECTIONS_COUNT, count + 1);
    write_u32(file.data + optional + OPTIONAL_INITIALIZED_BYTES, initialized_bytes + raw_bytes);
    write_u32(file.data + optional + OPTIONAL_IMAGE_BYTES,
              address + aligned(content_bytes, image->section_alignment));
    write_u32(file.data + optional + OPTIONAL_CHECKSUM,
              checksum((struct bytes){ file.data, file.size }, optional + OPTIONAL_CHECKSUM));
}

bool add_section(const struct add_section *request, struct text *detail, struct buffer *ret_file)
{
    struct image image;
    struct buffer file;
    uint32_t raw_offset;

    if (!open_image(request, detail, &image))
        return false;
    raw_offset = aligned((uint32_t)image.file.size, image.file_alignment);
    file.size = raw_offset + aligned((uint32_t)request->content.size, image.file_alignment);
    file.data = calloc(1, file.size);
    if (!file.data)
        return refuse(detail, "not enough memory");

    memcpy(file.data, image.file.data, image.file.size);
    memcpy(file.data + raw_offset, request->content.data, request->content.size);
    write_headers(&image, request, raw_offset, file);
    *ret_file = file;
    return true;
}
