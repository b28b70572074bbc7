/*
 * Unpacks one whole compressed file from memory into memory, for files whose unpacked size is
 * known beforehand: a kernel says the size of its payload, and needs that much memory itself
 * to start. The packed bytes are untrusted: nothing outside of the two buffers is ever read or
 * written, and the time is bounded by their sizes.
 *
 * Memory beyond the output is at most DECODER_MEMORY_MAX_BYTES, whatever the file says of its
 * window or dictionary: the output itself is the window.
 */
#ifndef PAYLOAD_DECODER_H
#define PAYLOAD_DECODER_H

#include "allocator.h"
#include "bytes.h"
#include "pause.h"

#define DECODER_MEMORY_MAX_BYTES (256 * 1024)

/* The largest packed file and the largest output: what all the libraries can count. */
#define DECODER_SIZE_MAX_BYTES (UINT32_C(1) << 30)

enum packing {
    PACKING_GZIP, /* RFC 1952, one member */
    PACKING_LZ4,  /* the legacy frame (lz4_Frame_format.md), which the kernel's build makes; its
                   * blocks have no check sums, so not all damage is seen */
    PACKING_XZ,   /* xz-file-format.txt: LZMA2, with or without the x86 filter, CRC-32 checks */
    PACKING_ZSTD, /* RFC 8878 */
    /* Known by their first bytes only: */
    PACKING_BZIP2,
    PACKING_LZMA,
    PACKING_LZO,
    PACKING_UNKNOWN,
};

enum decoder_result {
    DECODER_DONE,        /* all of the output was written, all that can be checked was right */
    DECODER_CORRUPT,     /* damaged, truncated, or not of the output's size */
    DECODER_UNSUPPORTED, /* another packing, or a variant that is not read (a filter, a check) */
    DECODER_NO_MEMORY,
};

/* What the first bytes say. packed: untrusted. */
enum packing packing_of(struct bytes packed);

/* "zstd"; "unknown" for PACKING_UNKNOWN. Static, NUL-terminated. */
const char *packing_name(enum packing packing);

/* Whether decoder_unpack reads it. */
bool packing_is_read(enum packing packing);

/*
 * packed: untrusted, from the first byte of the format to its last. output: exactly as large as the
 * content must be; its contents are undefined unless the result is DECODER_DONE. pause is called
 * about every PAUSE_BYTES of the output; of lz4, every 8 MiB.
 */
enum decoder_result decoder_unpack(struct bytes packed, const struct allocator *allocator,
                                   const struct pause *pause, struct buffer output);

#endif
