/* URLs at the limit. */
#ifndef TESTS_UNIT_LONG_URL_H
#define TESTS_UNIT_LONG_URL_H

#include "net/url.h"
#include "support.h"

/* "http://", count times c, tail; in a static buffer. */
static inline struct bytes long_url(const char *start, char c, size_t count, const char *tail)
{
    static uint8_t memory[3 * URL_MAX_BYTES];
    struct text text = { .data = (char *)memory, .capacity = sizeof(memory) };

    text_add(&text, start);
    for (size_t i = 0; i < count; i++)
        text_add_bytes(&text, (struct bytes){ (const uint8_t *)&c, 1 });
    text_add(&text, tail);
    return text_bytes(&text);
}

#endif
