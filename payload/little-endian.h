/* Little-endian numbers out of untrusted bytes: outside of them everything reads as zero. */
#ifndef PAYLOAD_LITTLE_ENDIAN_H
#define PAYLOAD_LITTLE_ENDIAN_H

#include "bytes.h"

static inline uint64_t le_read(struct bytes bytes, uint64_t offset, unsigned int size_bytes)
{
    uint64_t number = 0;

    if (offset > bytes.size || size_bytes > bytes.size - offset)
        return 0;
    for (unsigned int i = size_bytes; i > 0; i--)
        number = number << 8 | bytes.data[offset + i - 1];
    return number;
}

static inline uint8_t le_u8(struct bytes bytes, uint64_t offset)
{
    return (uint8_t)le_read(bytes, offset, 1);
}

static inline uint16_t le_u16(struct bytes bytes, uint64_t offset)
{
    return (uint16_t)le_read(bytes, offset, 2);
}

static inline uint32_t le_u32(struct bytes bytes, uint64_t offset)
{
    return (uint32_t)le_read(bytes, offset, 4);
}

#endif
