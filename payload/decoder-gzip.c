#include <zlib.h>

#include "crc32.h"
#include "decoder-formats.h"
#include "little-endian.h"

/* RFC 1952, section 2.3 */
#define HEADER_BYTES  10
#define TRAILER_BYTES 8
#define METHOD_OFFSET 2
#define METHOD        8
#define FLAGS_OFFSET  3
#define FLAG_HCRC     2
#define FLAG_EXTRA    4
#define FLAG_NAME     8
#define FLAG_COMMENT  16
#define FLAGS_UNKNOWN 0xe0

/* zlib keeps some KiB of state and a window of 32; whatever it asks for stays below the promise of
 * decoder.h. */
static void *zlib_allocate(void *opaque, unsigned int count, unsigned int size_bytes)
{
    const struct allocator *allocator = opaque;

    if (size_bytes == 0 || count == 0 || count > DECODER_MEMORY_MAX_BYTES / size_bytes)
        return NULL;
    return allocator->allocate(allocator->context, (size_t)count * size_bytes);
}

static void zlib_release(void *opaque, void *memory)
{
    const struct allocator *allocator = opaque;

    allocator->release(allocator->context, memory);
}

/* Skips a text and its NUL; the rest is empty when there is no NUL. */
static struct bytes skip_text(struct bytes rest)
{
    const uint8_t *end = rest.size > 0 ? memchr(rest.data, 0, rest.size) : NULL;

    return end ? bytes_from(rest, (size_t)(end - rest.data) + 1) : (struct bytes){ NULL, 0 };
}

static enum decoder_result skip_header(struct bytes packed, struct bytes *ret_rest)
{
    uint8_t flags = le_u8(packed, FLAGS_OFFSET);
    struct bytes rest = bytes_from(packed, HEADER_BYTES);

    if (packed.size < HEADER_BYTES)
        return DECODER_CORRUPT;
    if (le_u8(packed, METHOD_OFFSET) != METHOD || (flags & FLAGS_UNKNOWN))
        return DECODER_UNSUPPORTED;
    if (flags & FLAG_EXTRA)
        rest = bytes_from(rest, 2u + le_u16(rest, 0));
    if (flags & FLAG_NAME)
        rest = skip_text(rest);
    if (flags & FLAG_COMMENT)
        rest = skip_text(rest);
    if (flags & FLAG_HCRC)
        rest = bytes_from(rest, 2);
    *ret_rest = rest;
    return DECODER_DONE;
}

static enum decoder_result result_of(int inflated)
{
    switch (inflated) {
    case Z_STREAM_END:
        return DECODER_DONE;
    case Z_MEM_ERROR:
        return DECODER_NO_MEMORY;
    default:
        return DECODER_CORRUPT;
    }
}

/* To the end of the stream, or of the output. */
static int inflate_all(z_stream *stream, const struct pause *pause, struct buffer output)
{
    size_t left_bytes = output.size;
    int inflated = Z_OK;

    stream->next_out = output.data;
    while (inflated == Z_OK && left_bytes > 0) {
        size_t step_bytes = left_bytes < PAUSE_BYTES ? left_bytes : PAUSE_BYTES;

        stream->avail_out = (uInt)step_bytes;
        inflated = inflate(stream, step_bytes == left_bytes ? Z_FINISH : Z_NO_FLUSH);
        left_bytes -= step_bytes - stream->avail_out;
        pause_call(pause);
    }
    stream->avail_out = (uInt)left_bytes;
    return inflated;
}

enum decoder_result decoder_gzip(struct bytes packed, const struct allocator *allocator,
                                 const struct pause *pause, struct buffer output)
{
    z_stream stream = {
        .zalloc = zlib_allocate,
        .zfree = zlib_release,
        .opaque = (void *)(uintptr_t)allocator,
    };
    enum decoder_result result;
    struct bytes rest;

    if ((result = skip_header(packed, &rest)))
        return result;
    /* A negative number of bits: without zlib's own header. */
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return DECODER_NO_MEMORY;
    stream.next_in = (Bytef *)(uintptr_t)rest.data;
    stream.avail_in = (uInt)rest.size;
    result = result_of(inflate_all(&stream, pause, output));
    rest = bytes_from(rest, rest.size - stream.avail_in);
    (void)inflateEnd(&stream);

    if (result)
        return result;
    if (stream.avail_out > 0 || rest.size != TRAILER_BYTES || le_u32(rest, 4) != output.size ||
        le_u32(rest, 0) != crc32_of((struct bytes){ output.data, output.size }))
        return DECODER_CORRUPT;
    return DECODER_DONE;
}
