/* What messages say of an exchange; each adds to its detail. */
#ifndef NET_HTTP_EXCHANGE_TEXT_H
#define NET_HTTP_EXCHANGE_TEXT_H

#include "http-exchange.h"

/* Begins a message about a URL: as much of it as is worth showing, and a colon. */
void http_say_url(struct text *detail, struct bytes url);

/* The server's address and port, of an exchange with a connection. */
void http_say_server(struct http_exchange *exchange);
/* "host name", and which. */
void http_say_host(struct http_exchange *exchange);
/* How far the answer came: "after 1.2 MiB of 100.0 MiB". */
void http_say_progress(struct http_exchange *exchange);
void http_say_seconds(struct http_exchange *exchange, uint32_t ms);

#endif
