/*
 * mbedTLS leaves its own block function out where there is another one. Here its source is
 * compiled as if there were none, under names that don't collide with the library's; the
 * linker drops all but the one that is used.
 */
#include <mbedtls/build_info.h>

#undef MBEDTLS_SHA256_PROCESS_ALT
#define mbedtls_internal_sha256_process mbedtls_sha256_portable_process
#define mbedtls_sha256_init             portable_init
#define mbedtls_sha256_free             portable_free
#define mbedtls_sha256_clone            portable_clone
#define mbedtls_sha256_starts           portable_starts
#define mbedtls_sha256_update           portable_update
#define mbedtls_sha256_finish           portable_finish
#define mbedtls_sha256                  portable_sha256

#include <sha256.c>
