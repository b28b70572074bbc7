/* What a GET is for (RFC 9110, RFC 9112): see net/http-transfer.h. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "../payload/bytes.h"
#include "../payload/sink.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "content-range.h"
#include "url.h"

#define HTTP_MAX_REDIRECTS 5

/* One GET, into a sink. */
struct http_request {
    struct bytes url;          /* absolute */
    struct http_range range;   /* zero: the whole file */
    bool or_whole;             /* where a range was asked for, all of the file will do: see
                                * http_response */
    struct bytes if_range;     /* see http_request_write; empty: none */
    struct sink *body;         /* begin, write and finish as sink.h says */
    uint32_t idle_timeout_ms;  /* without a byte from the server, connecting included */
    uint32_t name_timeout_ms;  /* until the host's name is found; 0: as idle_timeout_ms */
    uint32_t stall_timeout_ms; /* between two bytes of an answer; 0: as idle_timeout_ms */
    uint32_t total_timeout_ms; /* over everything, redirects included */
};

#endif
