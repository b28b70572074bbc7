/* Moving a file's contents between two filesystems that live in memory. */
#ifndef LEAF_FILE_H
#define LEAF_FILE_H

#include "bytes.h"
#include "system.h"

#define FILE_BUFFER_BYTES ((size_t)128 << 10)

struct file_move {
    int from;                 /* open for reading, and for writing unless keep */
    int to;                   /* open for reading and writing, empty */
    const struct statx *stat; /* of from */
    struct buffer buffer;     /* of FILE_BUFFER_BYTES */
    bool keep;                /* from stays as it is */
    bool release;             /* from is to be empty afterwards even when it is small */
};

/*
 * Moves all contents, from the tail on, giving up what has been moved piece by piece: both
 * files together never take much more memory than the contents alone. Holes stay holes.
 * On failure (a negative errno) from has all its contents again, and to is of no use.
 */
int file_move(const struct file_move *move);

/* Writes all of it, or returns a negative errno. */
int file_write_at(int fd, struct bytes bytes, uint64_t offset);

#endif
