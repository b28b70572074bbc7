/* Between UTF-8 and the firmware's UTF-16 (UCS-2 in the specification; pairs are kept). */
#ifndef PAYLOAD_UTF16_H
#define PAYLOAD_UTF16_H

#include "bytes.h"
#include "text.h"

/*
 * Converts as much of *text as fits into most units (2 or more) and moves *text behind it.
 * Returns the number of units written; no NUL is added. What is not UTF-8 becomes U+FFFD.
 */
size_t utf16_from_utf8(struct bytes *text, uint16_t *units, size_t most);

/*
 * Appends count units as UTF-8 to text, up to a NUL if there is one. units: untrusted.
 * Returns false when a surrogate stands alone; what doesn't fit sets text->truncated.
 */
bool utf16_to_utf8(const uint16_t *units, size_t count, struct text *text);

#endif
