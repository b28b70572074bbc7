#include "mbedtls-memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "efi/mbedtls-memory.h"

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

static void *allocate(void *context, size_t size_bytes)
{
    void *memory;

    (void)context;
    if (left == 0)
        return NULL;
    if (left != SIZE_MAX)
        left--;
    memory = malloc(size_bytes);
    used_bytes += malloc_usable_size(memory);
    if (used_bytes > peak_bytes)
        peak_bytes = used_bytes;
    return memory;
}

static void release(void *context, void *memory)
{
    (void)context;
    used_bytes -= malloc_usable_size(memory);
    free(memory);
}

/* Before main: fuzz targets have none of their own. */
__attribute__((constructor)) static void use(void)
{
    mbedtls_memory_use((struct allocator){ allocate, release, NULL });
}
