/* mbedTLS's memory in tests and fuzzers: the loader's code, on the C library's. */
#ifndef TESTS_UNIT_MBEDTLS_MEMORY_H
#define TESTS_UNIT_MBEDTLS_MEMORY_H

#include <stddef.h>

/* From now on so many allocations succeed, and then none; SIZE_MAX: all do. */
void mbedtls_memory_fail_after(size_t allocations);

/* The most that was in use at one time since the last call of this, in bytes. */
size_t mbedtls_memory_peak_bytes(void);

#endif
