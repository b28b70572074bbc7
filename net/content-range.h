/* The parts of a file that a request asks for and a response carries: RFC 9110 section 14. */
#ifndef NET_CONTENT_RANGE_H
#define NET_CONTENT_RANGE_H

#include "../payload/bytes.h"

/* What is asked for of a file: size bytes from offset on, or less where the file ends. */
struct http_range {
    uint64_t offset;
    uint64_t size_bytes; /* 0: all of the file; then offset is 0 */
};

/* As a size: to the end of the file, wherever that is. */
#define HTTP_RANGE_TO_END UINT64_MAX

/* What a response says that it carries. */
struct content_range {
    uint64_t first_byte; /* from 0 */
    uint64_t last_byte;  /* inclusive, not below first_byte */
    /* Of the whole file, in bytes; UINT64_MAX when the server does not say. */
    uint64_t complete_bytes;
};

/* Longest value that is understood, in bytes: three numbers of 64 bits and what is between. */
#define CONTENT_RANGE_MAX_BYTES 80

/*
 * Reads the value of a Content-Range header (untrusted; letters in lower case): "bytes 0-9/100"
 * or "bytes 0-9/" followed by an asterisk. False when it is malformed, contradicts itself, or
 * a number does not fit.
 */
bool content_range_read(struct bytes value, struct content_range *ret_range);

#endif
