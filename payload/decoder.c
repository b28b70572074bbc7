#include "decoder.h"
#include "decoder-formats.h"

static const struct {
    const char *name;
    uint8_t start[8];
    uint8_t start_size;
    enum decoder_result (*unpack)(struct bytes packed, const struct allocator *allocator,
                                  const struct pause *pause, struct buffer output);
} packings[] = {
    [PACKING_GZIP] = { "gzip", { 0x1f, 0x8b }, 2, decoder_gzip },
    [PACKING_LZ4] = { "lz4", { 0x02, 0x21, 0x4c, 0x18 }, 4, decoder_lz4 },
    [PACKING_XZ] = { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, decoder_xz },
    [PACKING_ZSTD] = { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, decoder_zstd },
    [PACKING_BZIP2] = { "bzip2", { 'B', 'Z', 'h' }, 3, NULL },
    [PACKING_LZMA] = { "lzma", { 0x5d, 0, 0 }, 3, NULL },
    [PACKING_LZO] = { "lzo", { 0x89, 'L', 'Z', 'O' }, 4, NULL },
    [PACKING_UNKNOWN] = { "unknown", { 0 }, 0, NULL }, /* everything starts with nothing */
};

enum packing packing_of(struct bytes packed)
{
    size_t i = 0;

    while (!bytes_start_with(packed, (struct bytes){ packings[i].start, packings[i].start_size }))
        i++;
    return (enum packing)i;
}

const char *packing_name(enum packing packing)
{
    return packings[packing].name;
}

bool packing_is_read(enum packing packing)
{
    return packings[packing].unpack;
}

enum decoder_result decoder_unpack(struct bytes packed, const struct allocator *allocator,
                                   const struct pause *pause, struct buffer output)
{
    enum packing packing = packing_of(packed);

    if (!packing_is_read(packing) || packed.size > DECODER_SIZE_MAX_BYTES ||
        output.size > DECODER_SIZE_MAX_BYTES)
        return DECODER_UNSUPPORTED;
    if (output.size == 0)
        return DECODER_CORRUPT;
    return packings[packing].unpack(packed, allocator, pause, output);
}
