#include "mbedtls-memory.h"

#include <stdint.h>
#include <stdlib.h>

#include "payload/mbedtls-memory.h"

/* In front of each block, and as large as malloc's alignment. */
struct head {
    size_t size_bytes;
    size_t unused;
};

static size_t left = SIZE_MAX;
static size_t used_bytes, peak_bytes;

void mbedtls_memory_fail_after(size_t allocations)
{
    left = allocations;
}

size_t mbedtls_memory_peak_bytes(void)
{
    size_t peak = peak_bytes;

    peak_bytes = used_bytes;
    return peak;
}

void *mbedtls_memory_calloc(size_t count, size_t size_bytes)
{
    struct head *head;
    size_t total_bytes;

    if (left == 0 || __builtin_mul_overflow(count, size_bytes, &total_bytes) ||
        total_bytes > MBEDTLS_MEMORY_MAX_BYTES - used_bytes)
        return NULL;
    if (left != SIZE_MAX)
        left--;
    head = calloc(1, sizeof(*head) + total_bytes);
    if (!head)
        return NULL;
    head->size_bytes = total_bytes;
    used_bytes += total_bytes;
    if (used_bytes > peak_bytes)
        peak_bytes = used_bytes;
    return head + 1;
}

void mbedtls_memory_free(void *memory)
{
    struct head *head = memory;

    if (!head)
        return;
    head--;
    used_bytes -= head->size_bytes;
    free(head);
}
