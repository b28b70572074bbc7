/* What is compiled of mbedTLS: see mbedtls/mbedtls_config.h of its sources for the names. */
#ifndef PAYLOAD_MBEDTLS_CONFIG_H
#define PAYLOAD_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C
#if defined(__x86_64__)
#define MBEDTLS_SHA256_PROCESS_ALT /* efi/mbedtls-sha256.c; on Arm mbedTLS has its own */
#endif

/* Nothing of that allocates; a helper that is compiled along would want to free. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO(count, size) NULL
#define MBEDTLS_PLATFORM_FREE_MACRO(memory)        ((void)(memory))

#endif
