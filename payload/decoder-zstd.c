/* For ZSTD_createDCtx_advanced and ZSTD_d_stableOutBuffer. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "decoder-formats.h"
#include "unzstd.h"

static enum decoder_result decode(ZSTD_DCtx *decoder, struct bytes packed,
                                  const struct pause *pause, struct buffer output)
{
    ZSTD_outBuffer to = { output.data, output.size, 0 };
    size_t result = 0;

    while (packed.size > 0) {
        struct bytes step = bytes_first(packed, PAUSE_BYTES / 4); /* unpacks to about so much */
        ZSTD_inBuffer from = { step.data, step.size, 0 };

        while (from.pos < from.size) {
            result = ZSTD_decompressStream(decoder, &to, &from);
            if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
                return DECODER_NO_MEMORY;
            if (ZSTD_isError(result)) /* also when it is more than the output */
                return DECODER_CORRUPT;
        }
        packed = bytes_from(packed, step.size);
        pause_call(pause);
    }
    /* 0: the last frame is complete. */
    return result == 0 && to.pos == to.size ? DECODER_DONE : DECODER_CORRUPT;
}

enum decoder_result decoder_zstd(struct bytes packed, const struct allocator *allocator,
                                 const struct pause *pause, struct buffer output)
{
    ZSTD_customMem memory = { allocator->allocate, allocator->release, allocator->context };
    ZSTD_DCtx *decoder = ZSTD_createDCtx_advanced(memory);
    enum decoder_result result;

    if (!decoder)
        return DECODER_NO_MEMORY;
    /* Kernels ask for a window of 128 MiB; here the output serves as the window, whatever its size.
     */
    ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, UNZSTD_WINDOW_LOG);
    ZSTD_DCtx_setParameter(decoder, ZSTD_d_stableOutBuffer, 1);
    result = decode(decoder, packed, pause, output);
    ZSTD_freeDCtx(decoder);
    return result;
}
