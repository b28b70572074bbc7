/* An HTTP/1.1 client (RFC 9110, RFC 9112): GET into a sink. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "../payload/bytes.h"
#include "../payload/sink.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "content-range.h"
#include "network.h"
#include "url.h"

#define HTTP_MAX_REDIRECTS 5

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
    /* May be NULL; else gets the size in bytes of the whole file, also where a range of it was
     * asked for, or SINK_SIZE_UNKNOWN where the server does not say. Untrusted. */
    uint64_t *ret_file_bytes;
};

/*
 * Fetches; follows 301, 302, 303, 307 and 308. ret_url (may be NULL) gets the URL that
 * answered in the end: a text with a capacity of URL_MAX_BYTES or more.
 * detail names the URL, what was expected and what was found.
 *
 * STATUS_URL_*; STATUS_NET_NAME_UNKNOWN; STATUS_NET_CONNECT (refused); STATUS_NET_TIMEOUT
 * (either deadline: which one, and how far it came); STATUS_NET_RESET; STATUS_HTTP_* (see
 * http-response.h; HTTP_NOT_FOUND is 404 and 410, HTTP_STATUS every other code but 200);
 * STATUS_ABORTED; STATUS_OUT_OF_MEMORY; whatever the sink returns.
 */
enum status http_get(struct network *network, const struct http_request *request,
                     struct text *detail, struct text *ret_url);

#endif
