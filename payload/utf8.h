/* UTF-8 (RFC 3629), as strict as the RFC: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#ifndef PAYLOAD_UTF8_H
#define PAYLOAD_UTF8_H

#include "bytes.h"

/*
 * The first character of bytes (untrusted). Returns its size in bytes, 1 to 4, or 0 when
 * bytes is empty or does not start with a whole valid character.
 */
size_t utf8_decode(struct bytes bytes, uint32_t *ret_code_point);

/* C0 and C1 controls and DEL: a terminal obeys these instead of showing them. */
bool utf8_is_control(uint32_t code_point);

enum utf8_fault {
    UTF8_FINE,
    UTF8_INVALID,
    UTF8_CONTROL,
};

/*
 * Looks for the first byte that is not text: not UTF-8, or a control character whose code
 * point does not occur in allowed (ASCII, NUL-terminated). ret_offset gets where it is;
 * it is only written when there is a fault.
 */
enum utf8_fault utf8_check(struct bytes text, const char *allowed, size_t *ret_offset);

/* The text without a byte order mark in front of it. */
struct bytes utf8_without_mark(struct bytes text);

#endif
