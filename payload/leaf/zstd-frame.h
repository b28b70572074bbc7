/* Decompresses zstd frames (RFC 8878) from a source, a block at a time. */
#ifndef LEAF_ZSTD_FRAME_H
#define LEAF_ZSTD_FRAME_H

#include "arena.h"
#include "source.h"
#include "status.h"

/* As far back as data may refer: as much as the kernel's own decompressor accepts. */
#define ZSTD_WINDOW_MAX_BYTES ((uint64_t)128 << 20)

struct zstd_frame {
    bool is_verified; /* the data are known to be right: checksums are not looked at */
    void *context;    /* NULL at first */
    struct buffer ring;
};

struct zstd_output {
    /* Takes decompressed bytes, valid during the call. */
    enum status (*write)(struct zstd_output *output, struct bytes bytes);
};

/* Whether a frame or a skippable frame begins here. */
#define ZSTD_FRAME_MAGIC_BYTES 4
bool zstd_frame_begins(struct bytes input);

/*
 * Decompresses the frame that the source has next (untrusted), checks its checksum, and leaves
 * the source behind it. ARCHIVE_COMPRESSION, ARCHIVE_TRUNCATED, OUT_OF_MEMORY, or what write
 * returned.
 */
enum status zstd_frame_decompress(struct zstd_frame *frame, struct arena *arena,
                                  struct source *source, struct zstd_output *output);

#endif
