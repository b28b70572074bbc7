/*
 * A GET that follows redirects (301, 302, 303, 307, 308), by steps: one exchange after the
 * other. For net/download.c.
 */
#ifndef NET_HTTP_TRANSFER_H
#define NET_HTTP_TRANSFER_H

#include "http-exchange.h"

/* The URLs of a transfer: the one that was asked for, and where redirects led. */
#define HTTP_URLS (HTTP_MAX_REDIRECTS + 1)

/* Too large for the stack that the firmware gives. */
struct http_transfer {
    struct http_exchange exchange;
    struct text urls[HTTP_URLS];
    unsigned int url_count;
    char memory[HTTP_URLS][URL_MAX_BYTES];
};

/*
 * Begins. request and detail must outlive the transfer, which must stay where it is until
 * http_transfer_stop, whatever is returned. before: NULL, or one that may be followed (see
 * http_exchange_start_behind). Errors of url_resolve.
 */
enum status http_transfer_start(struct http_transfer *transfer, struct network *network,
                                const struct http_request *request, struct text *detail,
                                struct http_transfer *before);

/*
 * As http_exchange_step; *ret_done: all of the body has been given to the sink. Also
 * STATUS_HTTP_REDIRECT_*, STATUS_HTTP_NOT_FOUND (404 and 410), STATUS_HTTP_STATUS (every other
 * code but 200, and 206 where a range was asked for).
 */
enum status http_transfer_step(struct http_transfer *transfer, bool *ret_done);

void http_transfer_stop(struct http_transfer *transfer);

/* The URL that answers, or that would be asked next. Valid as long as the transfer. */
struct bytes http_transfer_url(const struct http_transfer *transfer);

#endif
