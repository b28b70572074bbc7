/*
 * SHA-256's block function for mbedTLS (MBEDTLS_SHA256_PROCESS_ALT): with the CPU's own
 * instructions where it has them, else mbedTLS's C. Also built into tests and host tools.
 */
#ifndef EFI_MBEDTLS_SHA256_H
#define EFI_MBEDTLS_SHA256_H

#include <mbedtls/sha256.h>

/* How blocks are hashed on this CPU, for the log: static, NUL-terminated. */
const char *mbedtls_sha256_way(void);

/* mbedTLS's own block function: one block into context's state. Returns 0. */
int mbedtls_sha256_portable_process(mbedtls_sha256_context *context, const unsigned char data[64]);

#endif
