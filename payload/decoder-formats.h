/* One function for each packing, for decoder.c only, which checks both sizes against
 * DECODER_SIZE_MAX_BYTES first. The contract is decoder_unpack's. */
#ifndef PAYLOAD_DECODER_FORMATS_H
#define PAYLOAD_DECODER_FORMATS_H

#include "decoder.h"

enum decoder_result decoder_gzip(struct bytes packed, const struct allocator *allocator,
                                 const struct pause *pause, struct buffer output);
enum decoder_result decoder_lz4(struct bytes packed, const struct allocator *allocator,
                                const struct pause *pause, struct buffer output);
enum decoder_result decoder_xz(struct bytes packed, const struct allocator *allocator,
                               const struct pause *pause, struct buffer output);
enum decoder_result decoder_zstd(struct bytes packed, const struct allocator *allocator,
                                 const struct pause *pause, struct buffer output);

#endif
