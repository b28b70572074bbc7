/*
 * Parses one HTTP/1.x response (RFC 9112) as it arrives, in pieces of any size. The parsing
 * is llhttp's, without any of its leniencies; this adds limits and says what a client of
 * plain GET needs. How the bytes were cut into pieces never changes the outcome. Pure.
 */
#ifndef NET_HTTP_RESPONSE_H
#define NET_HTTP_RESPONSE_H

#include <llhttp.h>

#include "../payload/bytes.h"
#include "../payload/sink.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "content-range.h"
#include "http-headers.h"

/*
 * In bytes: status line and headers together, informational responses in front included;
 * and everything between two bytes of a chunked body, or behind the last (chunk sizes,
 * their extensions, trailers).
 */
#define HTTP_HEADERS_MAX_BYTES (16 * 1024)

/* Of the reason phrase ("Not Found") and of an answer's beginning, for messages; in bytes. */
#define HTTP_REASON_MAX_BYTES    40
#define HTTP_BEGINNING_MAX_BYTES 32

struct http_response {
    unsigned int code;       /* 0 until the status line has been read */
    bool headers_done;       /* of the response that counts, not of an informational one */
    bool complete;           /* nothing more is needed: the body of a 200 or 206, or headers */
    bool persistent;         /* the message has ended, and another one may follow (RFC 9112, 9.3) */
    bool reusable;           /* and nothing has followed it */
    struct bytes rest;       /* of the last piece: what followed it, for whoever asked for that */
    uint64_t content_length; /* SINK_SIZE_UNKNOWN when the server does not say */
    uint64_t body_bytes;     /* of the body of a 200 or 206, so far */
    struct http_headers headers;        /* meaningful when headers_done */
    char reason[HTTP_REASON_MAX_BYTES]; /* printable ASCII */
    uint32_t reason_bytes;              /* 0: none, or it was not printable or longer */
    bool or_whole; /* to be set: a 200 will do as well where a range was wanted */

    /* private */
    llhttp_t parser;
    struct sink *body;
    struct text *detail;
    enum status failure;
    uint32_t other_bytes; /* since the last byte of body: see HTTP_HEADERS_MAX_BYTES */
    const char *counted;  /* up to here, in the piece that is being parsed */
    uint8_t beginning[HTTP_BEGINNING_MAX_BYTES];
    uint32_t beginning_bytes;
    struct http_range wanted;
};

/*
 * body gets the body of a 200, or of the 206 that answers the wanted range, and nothing else:
 * begin when the headers are over, finish when it is complete. From a server that ignores a
 * range that begins at 0 and sends everything, body gets only what was wanted, except where
 * or_whole was set afterwards: then begin must look at code. body and detail must outlive the
 * response, and the response must not be moved.
 */
void http_response_init(struct http_response *response, struct http_range wanted, struct sink *body,
                        struct text *detail);

/*
 * Takes the next bytes (untrusted). Informational (1xx) responses are skipped. What comes
 * when the response is complete is ignored; after an error, the same error comes again.
 * STATUS_HTTP_RANGE (the server sends another range than the wanted one, or everything where
 * that will not do),
 * STATUS_HTTP_MALFORMED (also a Content-Length that contradicts itself, that stands beside a
 * Transfer-Encoding or does not fit into 64 bits; detail quotes how the answer begins),
 * STATUS_HTTP_HEADERS_TOO_LONG, STATUS_HTTP_ENCODING (on a 200: a Transfer-Encoding other
 * than chunked, any Content-Encoding but identity), and what the sink returns.
 */
enum status http_response_feed(struct http_response *response, struct bytes bytes);

/* The whole file's size in bytes, whatever part of it is in the body of this 200 or 206 (its
 * headers are done); SINK_SIZE_UNKNOWN where the server does not say. Untrusted. */
static inline uint64_t http_response_file_bytes(const struct http_response *response)
{
    if (response->code != 206)
        return response->content_length;
    return response->headers.ranged ? response->headers.range.complete_bytes : SINK_SIZE_UNKNOWN;
}

/* Whether the next request may be sent already (RFC 9112, section 9.3.2): the message that is
 * arriving will end by itself, and the server means to stay. */
bool http_response_may_be_followed(const struct http_response *response);

/* Whether anything has come. */
static inline bool http_response_has_begun(const struct http_response *response)
{
    return response->beginning_bytes > 0;
}

/*
 * The server closed the connection: completes a body that only the end of the connection
 * ends. STATUS_HTTP_TRUNCATED (detail: bytes expected and found), what the sink returns.
 */
enum status http_response_end(struct http_response *response);

#endif
