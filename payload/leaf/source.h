/*
 * A file that is read from its front to its end, and whose pages are given back on the way:
 * the compressed and the unpacked data are never there together. It is mapped, a window after the
 * other: reading into a buffer would copy it once more.
 */
#ifndef LEAF_SOURCE_H
#define LEAF_SOURCE_H

#include "bytes.h"

struct source {
    int file; /* open for reading and writing */
    uint64_t size_bytes;
    uint64_t mapped_bytes; /* of the file, so far: where the window ends */
    struct bytes window;   /* mapped now; what lies before it is given back */
    struct bytes ready;    /* not yet taken: the end of the window */
    int error;             /* the first failure, a negative errno */
};

/* Takes over the file until source_end. */
void source_begin(struct source *source, int file, uint64_t size_bytes);
void source_end(struct source *source);

/*
 * The next bytes: at least least of them unless the file ends before (or an error is set), valid
 * until the next call. least is SOURCE_LEAST_MAX at most. Empty at the end of the file.
 */
#define SOURCE_LEAST_MAX ((size_t)256 << 10)
struct bytes source_peek(struct source *source, size_t least);

/* Goes on behind the first size bytes of what was peeked. */
void source_take(struct source *source, size_t size);

/* How far it has been taken. */
static inline uint64_t source_offset(const struct source *source)
{
    return source->mapped_bytes - source->ready.size;
}

#endif
