/* The text of a GET request: RFC 9112 section 3. Pure. */
#ifndef NET_HTTP_REQUEST_H
#define NET_HTTP_REQUEST_H

#include "../payload/text.h"
#include "content-range.h"
#include "url.h"

/* Longest request, in bytes: a URL, a validator, and the rest. */
#define HTTP_REQUEST_MAX_BYTES (2 * URL_MAX_BYTES)

/*
 * Writes the request for a file, or for a range of it (zero: all of it). if_range: a validator
 * that the file must still have for a range to be sent (RFC 9110, 13.1.5), free of control
 * characters; empty: none. The connection is to stay open. ret_request: a capacity of
 * HTTP_REQUEST_MAX_BYTES or more.
 */
void http_request_write(const struct url *url, struct http_range range, struct bytes if_range,
                        struct text *ret_request);

#endif
