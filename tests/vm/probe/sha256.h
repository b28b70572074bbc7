/*
 * SHA-256 (FIPS 180-4), written for the probe alone: what the tests compare pivotboot
 * with must not be pivotboot's own code.
 */
#ifndef PROBE_SHA256_H
#define PROBE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* ret_digest: 32 bytes. */
void sha256_of(const uint8_t *data, size_t size, uint8_t *ret_digest);

#endif
