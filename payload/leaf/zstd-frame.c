#include "zstd-frame.h"

/* The block-wise functions: they let us own the window, so that nothing is copied twice. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "system.h"

#define SKIPPABLE_MASK   0xFFFFFFF0u
#define SKIPPABLE_MAGIC  0x184D2A50u
#define SKIPPABLE_HEADER 8

static uint32_t magic(struct bytes input)
{
    return input.size < ZSTD_FRAME_MAGIC_BYTES
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
    size = ZSTD_decodingBufferSize_min(window_bytes, ZSTD_CONTENTSIZE_UNKNOWN);
    if (size > frame->ring.size) {
        if (frame->ring.size > 0)
            system_unmap(frame->ring.data, frame->ring.size);
        frame->ring = (struct buffer){ system_memory(size), size };
        if (!frame->ring.data) {
            frame->ring.size = 0;
            return STATUS_OUT_OF_MEMORY;
        }
    }
    if (ZSTD_isError(
            ZSTD_DCtx_setParameter(frame->context, ZSTD_d_forceIgnoreChecksum, frame->is_verified)))
        return STATUS_ARCHIVE_COMPRESSION;
    return ZSTD_isError(ZSTD_decompressBegin(frame->context)) ? STATUS_ARCHIVE_COMPRESSION
                                                              : STATUS_OK;
}

static enum status skip(struct source *source, uint64_t size)
{
    while (size > 0) {
        size_t ready = source_peek(source, 1).size;

        if (ready == 0)
            return STATUS_ARCHIVE_TRUNCATED;
        if (ready > size)
            ready = (size_t)size;
        source_take(source, ready);
        size -= ready;
    }
    return STATUS_OK;
}

static enum status decompress(struct zstd_frame *frame, size_t block_bytes, struct source *source,
                              struct zstd_output *output)
{
    size_t at = 0, needed;

    while ((needed = ZSTD_nextSrcSizeToDecompress(frame->context)) > 0) {
        struct bytes input;
        enum status st;
        size_t made;

        if (needed > SOURCE_LEAST_MAX)
            return STATUS_ARCHIVE_COMPRESSION;
        input = source_peek(source, needed);
        if (needed > input.size)
            return STATUS_ARCHIVE_TRUNCATED;
        /* The window may wrap around wherever a whole block does not fit any more. */
        if (frame->ring.size - at < block_bytes)
            at = 0;
        made = ZSTD_decompressContinue(frame->context, frame->ring.data + at, frame->ring.size - at,
                                       input.data, needed);
        if (ZSTD_isError(made))
            return STATUS_ARCHIVE_COMPRESSION;
        source_take(source, needed);
        if (made == 0)
            continue;
        st = output->write(output, (struct bytes){ frame->ring.data + at, made });
        if (st)
            return st;
        at += made;
    }
    return STATUS_OK;
}

enum status zstd_frame_decompress(struct zstd_frame *frame, struct arena *arena,
                                  struct source *source, struct zstd_output *output)
{
    struct bytes input = source_peek(source, ZSTD_FRAMEHEADERSIZE_MAX);
    ZSTD_FrameHeader header;
    size_t missing = ZSTD_getFrameHeader(&header, input.data, input.size);
    enum status st;

    if (ZSTD_isError(missing))
        return STATUS_ARCHIVE_COMPRESSION;
    if (missing > 0)
        return STATUS_ARCHIVE_TRUNCATED;
    if (header.frameType == ZSTD_skippableFrame)
        return skip(source, SKIPPABLE_HEADER + header.frameContentSize);
    if (header.windowSize > ZSTD_WINDOW_MAX_BYTES || header.dictID != 0)
        return STATUS_ARCHIVE_COMPRESSION;
    st = prepare(frame, arena, header.windowSize);
    return st ? st : decompress(frame, header.blockSizeMax, source, output);
}
