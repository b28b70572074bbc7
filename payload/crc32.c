#include "crc32.h"

#define CRC32_POLYNOMIAL 0xedb88320u /* bits reversed */

/* One table for each byte of a word: "slicing by eight", some five times as fast as one table. */
#define SLICES 8
/* From here on making the tables pays. */
#define TABLES_FROM_BYTES 1024

struct crc32_tables {
    uint32_t slice[SLICES][256];
};

static uint32_t next_bit(uint32_t crc)
{
    return (crc >> 1) ^ ((crc & 1) ? CRC32_POLYNOMIAL : 0);
}

static void fill_tables(struct crc32_tables *tables)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;

        for (unsigned int bit = 0; bit < 8; bit++)
            crc = next_bit(crc);
        tables->slice[0][i] = crc;
    }
    for (size_t s = 1; s < SLICES; s++)
        for (size_t i = 0; i < 256; i++) {
            uint32_t before = tables->slice[s - 1][i];

            tables->slice[s][i] = (before >> 8) ^ tables->slice[0][before & 0xff];
        }
}

static uint32_t small_crc32(struct bytes bytes)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < bytes.size; i++) {
        crc ^= bytes.data[i];
        for (unsigned int bit = 0; bit < 8; bit++)
            crc = next_bit(crc);
    }
    return ~crc;
}

uint32_t crc32_of(struct bytes bytes)
{
    struct crc32_tables tables;
    uint32_t crc = UINT32_MAX;
    const uint8_t *b = bytes.data;
    size_t size = bytes.size;

    if (size < TABLES_FROM_BYTES)
        return small_crc32(bytes);
    fill_tables(&tables);
    for (; size >= SLICES; size -= SLICES, b += SLICES) {
        uint32_t low = crc ^ ((uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
                              (uint32_t)b[3] << 24);

        crc = tables.slice[7][low & 0xff] ^ tables.slice[6][(low >> 8) & 0xff] ^
              tables.slice[5][(low >> 16) & 0xff] ^ tables.slice[4][low >> 24] ^
              tables.slice[3][b[4]] ^ tables.slice[2][b[5]] ^ tables.slice[1][b[6]] ^
              tables.slice[0][b[7]];
    }
    for (; size > 0; size--, b++)
        crc = (crc >> 8) ^ tables.slice[0][(crc ^ *b) & 0xff];
    return ~crc;
}
