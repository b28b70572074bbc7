/*
 * Parses one HTTP/1.x response (RFC 9112) as it arrives, in pieces of any size. The parsing
 * is llhttp's; this adds limits and says what a client of plain GET needs. Pure.
 */
#ifndef NET_HTTP_RESPONSE_H
#define NET_HTTP_RESPONSE_H

#include <llhttp.h>

#include "../payload/bytes.h"
#include "../payload/sink.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "url.h"

/* Status line, headers and trailers together, in bytes. */
#define HTTP_HEADERS_MAX_BYTES (16 * 1024)

struct http_response {
    llhttp_t parser;
    struct sink *body; /* gets the body of a 200 only; begin comes when the headers are over */
    struct text *detail;
    enum status failure;
    uint32_t header_bytes;
    unsigned int code;       /* 0 until the status line has been read */
    bool headers_done;
    bool complete;           /* the whole body has arrived */
    uint64_t content_length; /* SINK_SIZE_UNKNOWN when the server does not say */
    char location[URL_MAX_BYTES];
    uint32_t location_size; /* bytes of it; 0: no Location header */
    /* how the parser is inside a header: private */
    uint8_t header_field[32];
    uint8_t header_field_size;
};

/* body and detail must outlive the response. */
void http_response_init(struct http_response *response, struct sink *body, struct text *detail);

/*
 * Takes the next bytes (untrusted). Informational (1xx) responses are skipped.
 * STATUS_HTTP_MALFORMED, STATUS_HTTP_HEADERS_TOO_LONG, STATUS_HTTP_ENCODING
 * (a Transfer-Encoding other than chunked, any Content-Encoding but identity), and what the
 * sink returns.
 */
enum status http_response_feed(struct http_response *response, struct bytes bytes);

/*
 * The server closed the connection: completes a body that only the end of the connection
 * ends. STATUS_HTTP_TRUNCATED (detail: bytes expected and found).
 */
enum status http_response_end(struct http_response *response);

#endif
