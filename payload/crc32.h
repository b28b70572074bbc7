/* The CRC-32 of gzip (RFC 1952, section 8) and xz (xz-file-format.txt, section 6). */
#ifndef PAYLOAD_CRC32_H
#define PAYLOAD_CRC32_H

#include "bytes.h"

/* Takes 8 KiB of stack for its tables, which are made anew in each call. */
uint32_t crc32_of(struct bytes bytes);

#endif
