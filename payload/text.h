/*
 * Text under construction in memory of a fixed size: log lines, details of an error, the
 * kernel command line. What does not fit is dropped and remembered in `truncated`; nothing
 * is ever written beyond the capacity. The content is not NUL-terminated.
 *
 *     char memory[200];
 *     struct text detail = TEXT(memory);
 *     text_add(&detail, "expected ");
 *     text_add_u64(&detail, expected_bytes);
 */
#ifndef PAYLOAD_TEXT_H
#define PAYLOAD_TEXT_H

#include "bytes.h"

struct text {
    char *data; /* owned by whoever made the text */
    size_t size;
    size_t capacity;
    bool truncated;
};

#define TEXT(array) ((struct text){ .data = (array), .capacity = sizeof(array) })

static inline struct bytes text_bytes(const struct text *text)
{
    return (struct bytes){ (const uint8_t *)text->data, text->size };
}

static inline void text_clear(struct text *text)
{
    text->size = 0;
    text->truncated = false;
}

void text_add(struct text *text, const char *string);       /* NUL-terminated, trusted */
void text_add_bytes(struct text *text, struct bytes bytes); /* verbatim */
void text_add_u64(struct text *text, uint64_t number);      /* decimal */
void text_add_hex(struct text *text, uint64_t number, unsigned int digits); /* lower case */
void text_add_hex_bytes(struct text *text, struct bytes bytes);             /* two digits a byte */

/* A human's size: "512 bytes", "107.3 MiB". */
void text_add_size(struct text *text, uint64_t size_bytes);

/*
 * Untrusted bytes for a human's eyes: in single quotes, printable ASCII and valid UTF-8 kept;
 * control characters, invisible ones that rearrange a line, and everything else as \xHH. At
 * most TEXT_QUOTED_MAX bytes of it, whole characters, and "..." behind what was cut.
 */
#define TEXT_QUOTED_MAX 80
void text_add_quoted(struct text *text, struct bytes untrusted);

#endif
