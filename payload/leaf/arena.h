/*
 * Memory that is only ever taken: pages from the system, handed out in order. Nothing is freed,
 * since the process becomes another program soon.
 */
#ifndef LEAF_ARENA_H
#define LEAF_ARENA_H

#include "bytes.h"

struct arena {
    uint8_t *free; /* NULL at first */
    size_t free_bytes;
};

/* size zeroed bytes, aligned to 8; NULL when there is no memory. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of a and b, one behind the other, with a NUL at the end; NULL when there is no memory. */
char *arena_join(struct arena *arena, struct bytes a, struct bytes b);

#endif
