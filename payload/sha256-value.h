/* A SHA-256 value, apart from how it is computed. */
#ifndef PAYLOAD_SHA256_VALUE_H
#define PAYLOAD_SHA256_VALUE_H

#include <stdint.h>

#define SHA256_BYTES 32

struct sha256 {
    uint8_t bytes[SHA256_BYTES];
};

#endif
