#include "file-kind.h"

static const struct {
    uint8_t start[8];
    uint8_t start_size;
    const char *phrase;
} kinds[] = {
    { { 0x1f, 0x8b }, 2, "a gzip file (a gzipped Image has to be unpacked first)" },
    { { 0x28, 0xb5, 0x2f, 0xfd }, 4, "a zstd file" },
    { { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, "an xz file" },
    { { 0x04, 0x22, 0x4d, 0x18 }, 4, "an lz4 file" },
    { { 0x02, 0x21, 0x4c, 0x18 }, 4, "an lz4 file" },
    { { 'B', 'Z', 'h' }, 3, "a bzip2 file" },
    { { 0x5d, 0, 0 }, 3, "an lzma file" },
    { { 0x7f, 'E', 'L', 'F' }, 4, "an ELF file (take the bzImage or Image, not vmlinux)" },
    { { 'P', 'K', 3, 4 }, 4, "a zip file" },
    { { '0', '7', '0', '7', '0' }, 5, "a cpio archive (is it the initrd?)" },
    { { 'h', 's', 'q', 's' }, 4, "a squashfs file system" },
    { { 0x27, 0x05, 0x19, 0x56 }, 4, "a U-Boot image (take the bzImage or Image)" },
    { { 0xd0, 0x0d, 0xfe, 0xed }, 4, "a device tree or FIT image" },
    { { '#', '!', 'i', 'p', 'x', 'e' }, 6, "an iPXE script" },
};

/* As many first bytes as decide whether a file is text. */
#define TEXT_SAMPLE_BYTES 64

static bool starts_without_case(struct bytes file, const char *start)
{
    struct bytes expected = bytes_of_string(start);

    return bytes_equal_without_case(bytes_first(file, expected.size), expected);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static const char *text_kind(struct bytes file)
{
    struct bytes sample = bytes_first(file, TEXT_SAMPLE_BYTES);
    struct bytes word = sample;

    for (size_t i = 0; i < sample.size; i++)
        if (!is_blank(sample.data[i]) && (sample.data[i] < ' ' || sample.data[i] > '~'))
            return NULL;
    while (word.size > 0 && is_blank(word.data[0]))
        word = bytes_from(word, 1);
    if (starts_without_case(word, "<!doctype html") || starts_without_case(word, "<html"))
        return "an HTML page (is the URL right?)";
    if (starts_without_case(word, "<?xml"))
        return "an XML file (is the URL right?)";
    return "a text file";
}

const char *file_kind(struct bytes file)
{
    if (file.size == 0)
        return "an empty file";
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (bytes_start_with(file, (struct bytes){ kinds[i].start, kinds[i].start_size }))
            return kinds[i].phrase;
    return text_kind(file);
}
