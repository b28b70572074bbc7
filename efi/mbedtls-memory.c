#include "mbedtls-memory.h"

#include <string.h>

#include "../payload/mbedtls-memory.h"

/* In front of each block, and as large as the blocks' alignment. */
struct head {
    size_t size_bytes; /* with the head */
    size_t unused;
};

/* mbedTLS's hooks carry no context: this is the one place where they find it. */
static struct allocator source;
static size_t used_bytes;

void mbedtls_memory_use(struct allocator allocator)
{
    source = allocator;
    used_bytes = 0;
}

void *mbedtls_memory_calloc(size_t count, size_t size_bytes)
{
    struct head *head;
    size_t total_bytes;

    if (__builtin_mul_overflow(count, size_bytes, &total_bytes) ||
        __builtin_add_overflow(total_bytes, sizeof(*head), &total_bytes) ||
        total_bytes > MBEDTLS_MEMORY_MAX_BYTES - used_bytes || !source.allocate)
        return NULL;
    head = source.allocate(source.context, total_bytes);
    if (!head)
        return NULL;
    memset(head, 0, total_bytes);
    head->size_bytes = total_bytes;
    used_bytes += total_bytes;
    return head + 1;
}

void mbedtls_memory_free(void *memory)
{
    struct head *head = memory;

    if (!head)
        return;
    head--;
    used_bytes -= head->size_bytes;
    source.release(source.context, head);
}
