/* For ZSTD_initStaticDCtx: a decoder in memory that is given to it. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "decoder-formats.h"

enum decoder_result decoder_zstd(struct bytes packed, const struct allocator *allocator,
                                 struct buffer output)
{
    size_t memory_bytes = ZSTD_estimateDCtxSize();
    void *memory = allocator->allocate(allocator->context, memory_bytes);
    ZSTD_DCtx *decoder;
    size_t size;

    if (!memory)
        return DECODER_NO_MEMORY;
    decoder = ZSTD_initStaticDCtx(memory, memory_bytes);
    /* Kernels ask for a window of 128 MiB; in one call the output serves as the window. */
    size = decoder
               ? ZSTD_decompressDCtx(decoder, output.data, output.size, packed.data, packed.size)
               : 0;
    allocator->release(allocator->context, memory);
    return size == output.size ? DECODER_DONE : DECODER_CORRUPT;
}
