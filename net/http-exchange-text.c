#include "http-exchange-text.h"

/* Of a URL in a message, in bytes: the interesting part of a message stands behind it. */
#define URL_SHOWN_MAX_BYTES 160

void http_say_server(struct http_exchange *exchange)
{
    const ip_addr_t *address = &exchange->connection->address;

    text_add(exchange->detail, IP_IS_V6(address) ? "[" : "");
    network_add_address(exchange->detail, address);
    text_add(exchange->detail, IP_IS_V6(address) ? "]:" : ":");
    text_add_u64(exchange->detail, exchange->url.port);
}

void http_say_seconds(struct http_exchange *exchange, uint32_t ms)
{
    text_add_u64(exchange->detail, ms / 1000);
    text_add(exchange->detail, " s");
}

void http_say_host(struct http_exchange *exchange)
{
    text_add(exchange->detail, "host name ");
    text_add_quoted(exchange->detail, exchange->url.host);
}

void http_say_progress(struct http_exchange *exchange)
{
    const struct http_response *response = &exchange->response;

    if (!response->headers_done) {
        text_add(exchange->detail, "before an answer");
        return;
    }
    text_add(exchange->detail, "after ");
    text_add_size(exchange->detail, response->body_bytes);
    if (response->content_length != SINK_SIZE_UNKNOWN) {
        text_add(exchange->detail, " of ");
        text_add_size(exchange->detail, response->content_length);
    }
}

void http_say_url(struct text *detail, struct bytes url)
{
    text_add_bytes(detail, bytes_first(url, URL_SHOWN_MAX_BYTES));
    text_add(detail, url.size > URL_SHOWN_MAX_BYTES ? "...: " : ": ");
}
