/* SHA-256 with the SHA instructions of x86 CPUs (Intel SDM volume 1, chapter on SHA extensions). */
#ifndef PAYLOAD_ARCH_SHA256_X86_H
#define PAYLOAD_ARCH_SHA256_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK_BYTES 64

/* Asks CPUID for what sha256_x86_blocks uses: SHA and SSSE3. Slow under a hypervisor. */
bool sha256_x86_is_there(void);

/*
 * Hashes count blocks of SHA256_BLOCK_BYTES at data (any alignment) into state, the eight
 * words of FIPS 180-4 section 6.2. The CPU must have what sha256_x86_is_there asks for.
 */
void sha256_x86_blocks(uint32_t state[8], const uint8_t *data, size_t count);

#endif
