/*
 * What the headers of an HTTP response say (RFC 9110), as far as a client of GET asks for it.
 * They come in pieces, as llhttp hands them out. Pure.
 */
#ifndef NET_HTTP_HEADERS_H
#define NET_HTTP_HEADERS_H

#include "../payload/bytes.h"
#include "content-range.h"
#include "url.h"

/* Longest value that is looked at, but for Location; in bytes. Longer ones are as if absent. */
#define HTTP_VALUE_MAX_BYTES 128

/* What tells one version of a file from another, as If-Range wants it (RFC 9110, 13.1.5). */
struct http_validator {
    char text[HTTP_VALUE_MAX_BYTES];
    uint32_t size; /* 0: there is none that could be relied on */
};

struct http_headers {
    char location[URL_MAX_BYTES];
    uint32_t location_bytes;    /* 0: no Location header, or a bad one */
    bool location_bad;          /* longer than that, or there were several */
    bool ranged;                /* a Content-Range that could be read */
    struct content_range range; /* what it said */
    bool encoded;               /* a Transfer-Encoding or Content-Encoding that we cannot undo */
    bool retry_after;           /* a Retry-After that could be read */

    /* private */
    uint64_t retry_seconds; /* relative, or since 1970 where it was a date */
    bool retry_is_date;
    uint64_t date, modified; /* seconds since 1970; 0: absent or bad */
    struct http_validator etag, last_modified;
    bool etag_repeated;
    char name[32], value[HTTP_VALUE_MAX_BYTES];
    uint32_t name_bytes, value_bytes; /* one more than fits: too long */
};

/* Forgets everything: a message begins. */
void http_headers_init(struct http_headers *headers);

/* A piece of a name, the name's end, a piece of the value, the value's end. Untrusted. */
void http_headers_name(struct http_headers *headers, struct bytes piece);
void http_headers_name_end(struct http_headers *headers);
void http_headers_value(struct http_headers *headers, struct bytes piece);
void http_headers_value_end(struct http_headers *headers);

/*
 * The file's version: a strong ETag; or, without any ETag, a Last-Modified that lies far enough
 * before the answer's Date to be strong (RFC 9110, 8.8.2.2).
 */
struct http_validator http_headers_validator(const struct http_headers *headers);

/*
 * How long Retry-After asks to wait, in seconds, where headers->retry_after; a date counts from
 * the answer's own Date, and one that has passed or cannot be placed asks for nothing.
 */
uint64_t http_headers_retry_seconds(const struct http_headers *headers);

static inline struct bytes http_validator_bytes(const struct http_validator *validator)
{
    return (struct bytes){ (const uint8_t *)validator->text, validator->size };
}

#endif
