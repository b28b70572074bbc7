/*
 * Memory for code that has none of its own: pages of the firmware in efi/, malloc in tests and
 * tools. Whoever is given an allocator releases everything it took before it returns.
 */
#ifndef PAYLOAD_ALLOCATOR_H
#define PAYLOAD_ALLOCATOR_H

#include <stddef.h>

struct allocator {
    /* size_bytes: above 0, bounded by the code that asks (its header says how). The memory is
     * aligned to 16 bytes and undefined; NULL when there is not enough. */
    void *(*allocate)(void *context, size_t size_bytes);
    /* memory: of allocate, once; NULL does nothing. */
    void (*release)(void *context, void *memory);
    void *context; /* for both; may be NULL */
};

#endif
