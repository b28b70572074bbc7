/*
 * The container is read here (the libraries' readers of it are several times as large), the
 * LZMA2 data and the x86 filter by 7-Zip's code.
 */
#include <Bra.h>
#include <Lzma2Dec.h>

#include "crc32.h"
#include "decoder-formats.h"
#include "little-endian.h"

/* xz-file-format.txt, section 2.1.1 */
#define STREAM_HEADER_BYTES 12
#define STREAM_FOOTER_BYTES 12
#define STREAM_FLAGS_OFFSET 6
#define STREAM_FLAGS_BYTES  2
#define CHECK_CRC32         0x0100 /* both bytes of the stream flags */

/* Section 3.1 */
#define BLOCK_FILTERS         0x03 /* their number less one */
#define BLOCK_FLAGS_RESERVED  0x3c
#define BLOCK_HAS_PACKED_SIZE 0x40
#define BLOCK_HAS_SIZE        0x80
#define CRC_BYTES             4
#define NUMBER_MAX_BYTES      9 /* of a number in the variable-length encoding */

/* Sections 5.3.1 and 5.3.2 */
#define FILTER_LZMA2             0x21
#define FILTER_X86               0x04
#define LZMA2_DICTIONARY_LARGEST 40

/* More are not believed, for each costs time however small it is: a kernel has one block, and
 * parallel compression makes one for each 24 MiB or more. */
#define BLOCKS_MAX 64

struct block {
    bool has_x86;
    uint32_t x86_start;  /* of the addresses, for the filter */
    uint8_t dictionary;  /* its size, as encoded */
    struct bytes behind; /* what follows the block's header */
};

/* 7-Zip's interface to an allocator; the first member, so both have the same address. */
struct lzma_memory {
    ISzAlloc functions;
    const struct allocator *allocator;
};

static void *lzma_allocate(ISzAllocPtr memory, size_t size)
{
    const struct allocator *allocator =
        ((const struct lzma_memory *)(const void *)memory)->allocator;

    if (size > DECODER_MEMORY_MAX_BYTES)
        return NULL;
    return allocator->allocate(allocator->context, size);
}

static void lzma_release(ISzAllocPtr memory, void *address)
{
    const struct allocator *allocator =
        ((const struct lzma_memory *)(const void *)memory)->allocator;

    allocator->release(allocator->context, address);
}

/* Takes one byte off; 0 at the end, which no caller can mistake: the header's CRC was right. */
static uint8_t take_byte(struct bytes *rest)
{
    uint8_t byte = le_u8(*rest, 0);

    *rest = bytes_from(*rest, 1);
    return byte;
}

static void skip_number(struct bytes *rest)
{
    for (unsigned int i = 0; i < NUMBER_MAX_BYTES; i++)
        if (!(take_byte(rest) & 0x80))
            return;
}

static enum decoder_result check_stream_header(struct bytes packed)
{
    struct bytes flags = bytes_first(bytes_from(packed, STREAM_FLAGS_OFFSET), STREAM_FLAGS_BYTES);

    if (packed.size < STREAM_HEADER_BYTES ||
        le_u32(packed, STREAM_FLAGS_OFFSET + STREAM_FLAGS_BYTES) != crc32_of(flags))
        return DECODER_CORRUPT;
    return le_u16(flags, 0) == CHECK_CRC32 ? DECODER_DONE : DECODER_UNSUPPORTED;
}

/* The filters that are known have numbers and sizes of a single byte. */
static enum decoder_result read_filters(struct bytes rest, unsigned int count, struct block *block)
{
    block->has_x86 = count == 2;
    if (count > 2)
        return DECODER_UNSUPPORTED;
    if (block->has_x86) {
        if (take_byte(&rest) != FILTER_X86)
            return DECODER_UNSUPPORTED;
        switch (take_byte(&rest)) {
        case 0:
            block->x86_start = 0;
            break;
        case sizeof(block->x86_start):
            block->x86_start = le_u32(rest, 0);
            rest = bytes_from(rest, sizeof(block->x86_start));
            break;
        default:
            return DECODER_UNSUPPORTED;
        }
    }
    if (take_byte(&rest) != FILTER_LZMA2 || take_byte(&rest) != 1)
        return DECODER_UNSUPPORTED;
    block->dictionary = take_byte(&rest);
    return block->dictionary <= LZMA2_DICTIONARY_LARGEST ? DECODER_DONE : DECODER_UNSUPPORTED;
}

/* rest: starts with the header's size, which is not 0. */
static enum decoder_result read_block_header(struct bytes rest, struct block *ret_block)
{
    size_t size = ((size_t)rest.data[0] + 1) * 4;
    struct bytes header;
    uint8_t flags;

    if (size > rest.size)
        return DECODER_CORRUPT;
    header = bytes_first(rest, size - CRC_BYTES);
    if (le_u32(rest, header.size) != crc32_of(header))
        return DECODER_CORRUPT;
    ret_block->behind = bytes_from(rest, size);

    header = bytes_from(header, 1);
    flags = take_byte(&header);
    if (flags & BLOCK_FLAGS_RESERVED)
        return DECODER_UNSUPPORTED;
    /* The sizes are known from the data; a check of them would find nothing that the CRC of
     * the content does not. */
    if (flags & BLOCK_HAS_PACKED_SIZE)
        skip_number(&header);
    if (flags & BLOCK_HAS_SIZE)
        skip_number(&header);
    return read_filters(header, (flags & BLOCK_FILTERS) + 1u, ret_block);
}

/* Unpacks LZMA2 data to the start of output, which is the dictionary at the same time. */
static enum decoder_result unpack_lzma2(struct bytes *rest, const struct block *block,
                                        const struct allocator *allocator,
                                        const struct pause *pause, struct buffer output,
                                        size_t *ret_size)
{
    struct lzma_memory memory = { { lzma_allocate, lzma_release }, allocator };
    CLzma2Dec decoder;
    ELzmaStatus status = LZMA_STATUS_NOT_FINISHED;
    SRes result = SZ_OK;

    Lzma2Dec_CONSTRUCT(&decoder);
    if (Lzma2Dec_AllocateProbs(&decoder, block->dictionary, &memory.functions) != SZ_OK)
        return DECODER_NO_MEMORY;
    decoder.decoder.dic = output.data;
    decoder.decoder.dicBufSize = output.size;
    Lzma2Dec_Init(&decoder);
    while (result == SZ_OK && status == LZMA_STATUS_NOT_FINISHED) {
        size_t left_bytes = output.size - decoder.decoder.dicPos;
        bool is_last = left_bytes <= PAUSE_BYTES;
        SizeT used = rest->size;

        result = Lzma2Dec_DecodeToDic(
            &decoder, is_last ? output.size : decoder.decoder.dicPos + PAUSE_BYTES, rest->data,
            &used, is_last ? LZMA_FINISH_END : LZMA_FINISH_ANY, &status);
        *rest = bytes_from(*rest, used);
        pause_call(pause);
        if (is_last)
            break;
    }
    *ret_size = decoder.decoder.dicPos;
    Lzma2Dec_FreeProbs(&decoder, &memory.functions);

    return result == SZ_OK && status == LZMA_STATUS_FINISHED_WITH_MARK ? DECODER_DONE
                                                                       : DECODER_CORRUPT;
}

/* Unpacks the block that *rest starts with to the start of output. */
static enum decoder_result unpack_block(struct bytes *rest, const struct allocator *allocator,
                                        const struct pause *pause, struct buffer output,
                                        size_t *ret_size)
{
    enum decoder_result result;
    struct bytes data, content;
    struct block block;
    UInt32 x86_state = Z7_BRANCH_CONV_ST_X86_STATE_INIT_VAL;

    if ((result = read_block_header(*rest, &block)))
        return result;
    data = block.behind;
    if ((result = unpack_lzma2(&data, &block, allocator, pause, output, ret_size)))
        return result;
    if (block.has_x86)
        z7_BranchConvSt_X86_Dec(output.data, *ret_size, block.x86_start, &x86_state);

    /* The data are padded to a multiple of four bytes. */
    data = bytes_from(data, -(block.behind.size - data.size) % 4);
    content = (struct bytes){ output.data, *ret_size };
    if (data.size < CRC_BYTES || le_u32(data, 0) != crc32_of(content))
        return DECODER_CORRUPT;
    *rest = bytes_from(data, CRC_BYTES);
    return DECODER_DONE;
}

/*
 * The index and the footer, sections 4 and 2.1.2: whole and where they belong. The sizes that
 * they repeat are not compared.
 */
static bool is_end_whole(struct bytes packed, struct bytes end)
{
    struct bytes index, footer;

    if (end.size < STREAM_FOOTER_BYTES + 2 * CRC_BYTES)
        return false;
    footer = bytes_from(end, end.size - STREAM_FOOTER_BYTES);
    index = bytes_first(end, end.size - STREAM_FOOTER_BYTES - CRC_BYTES);
    return le_u32(end, index.size) == crc32_of(index) &&
           le_u32(footer, 0) == crc32_of(bytes_first(bytes_from(footer, CRC_BYTES), 6)) &&
           (uint64_t)le_u32(footer, CRC_BYTES) * 4 == index.size &&
           le_u16(footer, 8) == le_u16(packed, STREAM_FLAGS_OFFSET) &&
           bytes_equal(bytes_from(footer, 10), BYTES("YZ"));
}

enum decoder_result decoder_xz(struct bytes packed, const struct allocator *allocator,
                               const struct pause *pause, struct buffer output)
{
    struct bytes rest = bytes_from(packed, STREAM_HEADER_BYTES);
    enum decoder_result result;
    unsigned int blocks = 0;
    size_t size;

    if ((result = check_stream_header(packed)))
        return result;
    /* Where a block's header would have its size, the index has a zero. */
    while (rest.size > 0 && rest.data[0] != 0) {
        if (++blocks > BLOCKS_MAX)
            return DECODER_UNSUPPORTED;
        if ((result = unpack_block(&rest, allocator, pause, output, &size)))
            return result;
        output = (struct buffer){ output.data + size, output.size - size };
    }
    return output.size == 0 && is_end_whole(packed, rest) ? DECODER_DONE : DECODER_CORRUPT;
}
