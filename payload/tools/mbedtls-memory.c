/* mbedTLS's memory in host tools: the C library's. */
#include "../mbedtls-memory.h"

#include <stdlib.h>

void *mbedtls_memory_calloc(size_t count, size_t size_bytes)
{
    return calloc(count, size_bytes);
}

void mbedtls_memory_free(void *memory)
{
    free(memory);
}
