/*
 * Where mbedTLS gets its memory from: it allocates through these two names, which carry no
 * context. efi/mbedtls-memory.c implements them for the loader and its tests,
 * payload/tools/mbedtls-memory.c for tools.
 */
#ifndef PAYLOAD_MBEDTLS_MEMORY_H
#define PAYLOAD_MBEDTLS_MEMORY_H

#include <stddef.h>

/* The most that may be allocated at one time, in bytes: a hostile signature gets no further. A
 * path of RSA-4096 certificates needs about a tenth. */
#define MBEDTLS_MEMORY_MAX_BYTES (1024 * 1024)

/* Zeroed; NULL when there is not enough memory or the limit is reached. */
void *mbedtls_memory_calloc(size_t count, size_t size_bytes);

/* memory: of mbedtls_memory_calloc; NULL does nothing. */
void mbedtls_memory_free(void *memory);

#endif
