/* Shared by the fuzz targets. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdlib.h>

#include "payload/bytes.h"
#include "payload/text.h"
#include "payload/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; the fuzzer reports where it does not. */
static inline void require(bool condition)
{
    if (!condition)
        abort();
}

static inline bool inside(struct bytes part, struct bytes whole)
{
    return part.size == 0 || (part.data >= whole.data && part.size <= whole.size &&
                              part.data - whole.data <= (ptrdiff_t)(whole.size - part.size));
}

static inline bool has_byte(struct bytes bytes, uint8_t byte)
{
    return bytes.size > 0 && memchr(bytes.data, byte, bytes.size) != NULL;
}

/* Whatever the input was, what is shown of it must be harmless. */
static inline void require_detail(const struct text *detail, bool failed)
{
    size_t offset;

    require(failed == (detail->size > 0));
    if (!detail->truncated)
        require(utf8_check(text_bytes(detail), "", &offset) == UTF8_FINE);
}

/* A copy that may be modified, in memory of exactly that size; free() it. */
static inline struct buffer fuzz_copy(struct bytes bytes)
{
    struct buffer copy = { NULL, bytes.size };

    if (bytes.size == 0)
        return copy;
    copy.data = malloc(bytes.size);
    require(copy.data != NULL);
    memcpy(copy.data, bytes.data, bytes.size);
    return copy;
}

/* Takes what is before the first such byte off the input; all of it when there is none. */
static inline struct bytes take_until(struct bytes *rest, uint8_t byte)
{
    size_t size = 0;
    struct bytes part;

    while (size < rest->size && rest->data[size] != byte)
        size++;
    part = bytes_first(*rest, size);
    *rest = bytes_from(*rest, size + 1);
    return part;
}

#endif
