/* Shared by the unit tests of pure code. */
#ifndef TESTS_UNIT_SUPPORT_H
#define TESTS_UNIT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "payload/bytes.h"
#include "payload/status.h"
#include "payload/text.h"

/* A text to write details into, together with its memory. */
struct detail {
    char memory[1024];
    struct text text;
};

static inline struct text *detail_clear(struct detail *detail)
{
    detail->text = TEXT(detail->memory);
    return &detail->text;
}

/* Shows both when they differ. */
static inline void assert_bytes(struct bytes found, const char *expected)
{
    char *string = malloc(found.size + 1);

    assert_non_null(string);
    if (found.size > 0)
        memcpy(string, found.data, found.size);
    string[found.size] = '\0';
    assert_string_equal(string, expected);
    assert_int_equal(found.size, strlen(expected));
    free(string);
}

static inline void assert_detail(const struct detail *detail, const char *expected)
{
    assert_bytes(text_bytes(&detail->text), expected);
}

static inline void assert_detail_has(const struct detail *detail, const char *part)
{
    char string[sizeof(detail->memory) + 1];

    memcpy(string, detail->memory, detail->text.size);
    string[detail->text.size] = '\0';
    if (!strstr(string, part))
        fail_msg("expected '%s' in '%s'", part, string);
}

static inline void assert_status(enum status found, enum status expected)
{
    if (found != expected)
        fail_msg("expected %u (%s), found %u (%s)", (unsigned int)expected,
                 status_sentence(expected), (unsigned int)found, status_sentence(found));
}

/*
 * A copy in memory of exactly that size, so that the address sanitizer sees every byte that
 * is read beyond it; NULL for size 0. free() it.
 */
static inline struct buffer exact_copy(struct bytes bytes)
{
    struct buffer copy = { NULL, bytes.size };

    if (bytes.size == 0)
        return copy;
    copy.data = malloc(bytes.size);
    assert_non_null(copy.data);
    memcpy(copy.data, bytes.data, bytes.size);
    return copy;
}

static inline struct bytes buffer_bytes(struct buffer buffer)
{
    return (struct bytes){ buffer.data, buffer.size };
}

#endif
