/*
 * SHA-256's block function for mbedTLS (MBEDTLS_SHA256_PROCESS_ALT): with the CPU's own
 * instructions where it has them, else mbedTLS's C. efi/mbedtls-sha256.c implements it, also for
 * tests and host tools.
 */
#ifndef PAYLOAD_MBEDTLS_SHA256_H
#define PAYLOAD_MBEDTLS_SHA256_H

#include <mbedtls/sha256.h>

/*
 * As mbedtls_sha256_update, which asks for one block at a time: the CPU's instructions get all
 * whole blocks at once. size: bytes. Returns what mbedtls_sha256_update returns.
 */
int mbedtls_sha256_update_blocks(mbedtls_sha256_context *context, const unsigned char *data,
                                 size_t size);

/* How blocks are hashed on this CPU, for the log: static, NUL-terminated. */
const char *mbedtls_sha256_way(void);

/* mbedTLS's own block function: one block into context's state. Returns 0. */
int mbedtls_sha256_portable_process(mbedtls_sha256_context *context, const unsigned char data[64]);

#endif
