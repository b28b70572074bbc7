#include "zstd-frame.h"

/* The block-wise functions: they let us own the window, so that nothing is copied twice. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "system.h"

#define MAGIC_BYTES       4
#define SKIPPABLE_MASK    0xFFFFFFF0u
#define SKIPPABLE_MAGIC   0x184D2A50u
#define SKIPPABLE_HEADER  8
#define WINDOW_MIN_BYTES  ((uint64_t)8 << 20) /* what zstd's own levels use, up to 19 */

static uint32_t magic(struct bytes input)
{
    return input.size < MAGIC_BYTES
               ? 0
               : (uint32_t)input.data[0] | (uint32_t)input.data[1] << 8 |
                     (uint32_t)input.data[2] << 16 | (uint32_t)input.data[3] << 24;
}

bool zstd_frame_begins(struct bytes input)
{
    return magic(input) == ZSTD_MAGICNUMBER || (magic(input) & SKIPPABLE_MASK) == SKIPPABLE_MAGIC;
}

static enum status prepare(struct zstd_frame *frame, struct arena *arena, uint64_t window_bytes)
{
    size_t size;

    if (!frame->context) {
        size = ZSTD_estimateDCtxSize();
        frame->context = ZSTD_initStaticDCtx(arena_take(arena, size), size);
        if (!frame->context)
            return STATUS_OUT_OF_MEMORY;
    }
    /* Untouched pages cost nothing, so the usual window fits from the first frame on. */
    size = ZSTD_decodingBufferSize_min(
        window_bytes > WINDOW_MIN_BYTES ? window_bytes : WINDOW_MIN_BYTES,
        ZSTD_CONTENTSIZE_UNKNOWN);
    if (size > frame->ring.size) {
        if (frame->ring.size > 0)
            system_unmap(frame->ring.data, frame->ring.size);
        frame->ring = (struct buffer){ system_memory(size), size };
        if (!frame->ring.data) {
            frame->ring.size = 0;
            return STATUS_OUT_OF_MEMORY;
        }
    }
    return ZSTD_isError(ZSTD_decompressBegin(frame->context)) ? STATUS_ARCHIVE_COMPRESSION
                                                              : STATUS_OK;
}

static enum status skip(struct bytes *input, uint64_t content_bytes)
{
    if (input->size < SKIPPABLE_HEADER || content_bytes > input->size - SKIPPABLE_HEADER)
        return STATUS_ARCHIVE_TRUNCATED;
    *input = bytes_from(*input, SKIPPABLE_HEADER + (size_t)content_bytes);
    return STATUS_OK;
}

static enum status decompress(struct zstd_frame *frame, size_t block_bytes, struct bytes *input,
                              struct zstd_output *output)
{
    const uint8_t *start = input->data;
    size_t at = 0, needed;

    while ((needed = ZSTD_nextSrcSizeToDecompress(frame->context)) > 0) {
        enum status st;
        size_t made;

        if (needed > input->size)
            return STATUS_ARCHIVE_TRUNCATED;
        /* The window may wrap around wherever a whole block does not fit any more. */
        if (frame->ring.size - at < block_bytes)
            at = 0;
        made = ZSTD_decompressContinue(frame->context, frame->ring.data + at,
                                       frame->ring.size - at, input->data, needed);
        if (ZSTD_isError(made))
            return STATUS_ARCHIVE_COMPRESSION;
        *input = (struct bytes){ input->data + needed, input->size - needed };
        if (made == 0)
            continue;
        st = output->write(output, (struct bytes){ frame->ring.data + at, made },
                           (size_t)(input->data - start));
        if (st)
            return st;
        at += made;
    }
    return STATUS_OK;
}

enum status zstd_frame_decompress(struct zstd_frame *frame, struct arena *arena,
                                  struct bytes *input, struct zstd_output *output)
{
    ZSTD_FrameHeader header;
    size_t missing = ZSTD_getFrameHeader(&header, input->data, input->size);
    enum status st;

    if (ZSTD_isError(missing))
        return STATUS_ARCHIVE_COMPRESSION;
    if (missing > 0)
        return STATUS_ARCHIVE_TRUNCATED;
    if (header.frameType == ZSTD_skippableFrame)
        return skip(input, header.frameContentSize);
    if (header.windowSize > ZSTD_WINDOW_MAX_BYTES || header.dictID != 0)
        return STATUS_ARCHIVE_COMPRESSION;
    st = prepare(frame, arena, header.windowSize);
    return st ? st : decompress(frame, header.blockSizeMax, input, output);
}
