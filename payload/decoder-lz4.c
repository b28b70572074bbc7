#include <lz4.h>

#include "decoder-formats.h"
#include "little-endian.h"

#define MAGIC_BYTES     4
#define BLOCK_MAX_BYTES (8 * 1024 * 1024) /* unpacked, of the legacy frame */

enum decoder_result decoder_lz4(struct bytes packed, const struct allocator *allocator,
                                const struct pause *pause, struct buffer output)
{
    struct bytes rest = bytes_from(packed, MAGIC_BYTES);
    size_t done = 0;

    (void)allocator; /* the blocks are independent: there is nothing to keep */
    while (rest.size > 0) {
        uint32_t block_bytes = le_u32(rest, 0);
        size_t room_bytes = output.size - done;
        int unpacked_bytes;

        if (rest.size < sizeof(block_bytes) || block_bytes > rest.size - sizeof(block_bytes))
            return DECODER_CORRUPT;
        rest = bytes_from(rest, sizeof(block_bytes));
        if (room_bytes > BLOCK_MAX_BYTES)
            room_bytes = BLOCK_MAX_BYTES;
        /* A full output and an empty block both end in an error here. */
        unpacked_bytes = LZ4_decompress_safe((const char *)rest.data, (char *)output.data + done,
                                             (int)block_bytes, (int)room_bytes);
        if (unpacked_bytes <= 0)
            return DECODER_CORRUPT;
        done += (size_t)unpacked_bytes;
        rest = bytes_from(rest, block_bytes);
        pause_call(pause);
    }
    return done == output.size ? DECODER_DONE : DECODER_CORRUPT;
}
