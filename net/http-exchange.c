#include "http-exchange.h"

/* Of a URL in a message, in bytes: the interesting part of a message stands behind it. */
#define URL_SHOWN_MAX_BYTES 160

#define REQUEST_MAX_BYTES (2 * URL_MAX_BYTES)

static uint64_t exchange_now(const struct http_exchange *exchange)
{
    return exchange->network->platform->now_ms(exchange->network->platform);
}

static void say_server(struct http_exchange *exchange)
{
    const ip_addr_t *address = &exchange->connection.address;

    text_add(exchange->detail, IP_IS_V6(address) ? "[" : "");
    network_add_address(exchange->detail, address);
    text_add(exchange->detail, IP_IS_V6(address) ? "]:" : ":");
    text_add_u64(exchange->detail, exchange->url.port);
}

static void say_seconds(struct http_exchange *exchange, uint32_t ms)
{
    text_add_u64(exchange->detail, ms / 1000);
    text_add(exchange->detail, " s");
}

static void say_host(struct http_exchange *exchange)
{
    text_add(exchange->detail, "host name ");
    text_add_quoted(exchange->detail, exchange->url.host);
}

/* "after 1.2 MiB of 100.0 MiB" */
static void say_progress(struct http_exchange *exchange)
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

static enum status exchange_idle(struct http_exchange *exchange)
{
    uint32_t timeout_ms = exchange->request->idle_timeout_ms;

    switch (exchange->phase) {
    case HTTP_RESOLVING:
        say_host(exchange);
        text_add(exchange->detail, ": no answer from the DNS server ");
        name_servers_add(&exchange->network->name_servers, exchange->detail);
        text_add(exchange->detail, " within ");
        say_seconds(exchange, timeout_ms);
        break;
    case HTTP_CONNECTING:
        text_add(exchange->detail, "no answer from ");
        say_server(exchange);
        text_add(exchange->detail, " within ");
        say_seconds(exchange, timeout_ms);
        break;
    case HTTP_RECEIVING:
        text_add(exchange->detail, "no byte from ");
        say_server(exchange);
        text_add(exchange->detail, " for ");
        say_seconds(exchange, timeout_ms);
        text_add(exchange->detail, " ");
        say_progress(exchange);
        break;
    }
    return STATUS_NET_TIMEOUT;
}

static enum status exchange_too_long(struct http_exchange *exchange)
{
    text_add(exchange->detail, "not done within ");
    say_seconds(exchange, exchange->request->total_timeout_ms);
    text_add(exchange->detail, ", stopped ");
    if (exchange->phase == HTTP_RECEIVING)
        say_progress(exchange);
    else
        text_add(exchange->detail, "before a connection");
    return STATUS_NET_TIMEOUT;
}

static void exchange_enter(struct http_exchange *exchange, enum http_phase phase)
{
    exchange->phase = phase;
    exchange->last_sign_ms = exchange_now(exchange);
}

/* Lets the network do its work once; says when it is time to give up. */
static enum status exchange_wait(struct http_exchange *exchange)
{
    struct net_platform *platform = exchange->network->platform;
    enum status st = network_poll(exchange->network);
    uint64_t now;

    if (st)
        return st;
    if (platform->aborted(platform))
        return STATUS_ABORTED;
    /* The clock is read after the work: a slow sink must not look like a silent server. */
    now = exchange_now(exchange);
    if (exchange->sign)
        exchange->last_sign_ms = now;
    exchange->sign = false;
    if (now >= exchange->total_deadline_ms)
        return exchange_too_long(exchange);
    if (now - exchange->last_sign_ms >= exchange->request->idle_timeout_ms)
        return exchange_idle(exchange);
    return STATUS_OK;
}

static enum status exchange_name_unknown(struct http_exchange *exchange)
{
    const char *why = ": no answer from the DNS server ";

    say_host(exchange);
    switch (exchange->resolver.state) {
    case RESOLVER_NO_SERVER:
        text_add(exchange->detail, " cannot be resolved: nobody named a DNS server");
        return STATUS_NET_NAME_UNKNOWN;
    case RESOLVER_UNKNOWN:
        why = " is not known to the DNS server ";
        break;
    case RESOLVER_REFUSED:
        why = ": no help from the DNS server ";
        break;
    default:
        break;
    }
    text_add(exchange->detail, why);
    name_servers_add(&exchange->network->name_servers, exchange->detail);
    return STATUS_NET_NAME_UNKNOWN;
}

static enum status exchange_resolve(struct http_exchange *exchange)
{
    struct resolver *resolver = &exchange->resolver;
    enum status st;

    exchange_enter(exchange, HTTP_RESOLVING);
    if ((st = resolver_ask(resolver, exchange->network, exchange->url.host)))
        return st;
    while (resolver->state == RESOLVER_WAITING)
        if ((st = exchange_wait(exchange)))
            return st;
    return resolver->state == RESOLVER_FOUND ? STATUS_OK : exchange_name_unknown(exchange);
}

static void exchange_received(void *context, struct bytes bytes)
{
    struct http_exchange *exchange = context;

    exchange->sign = true;
    if (!exchange->failure)
        exchange->failure = http_response_feed(&exchange->response, bytes);
}

static enum status exchange_unreachable(struct http_exchange *exchange, const char *why,
                                        enum status st)
{
    text_add(exchange->detail, why);
    say_server(exchange);
    return st;
}

static enum status exchange_connect(struct http_exchange *exchange)
{
    struct connection *connection = &exchange->connection;
    enum status st;

    exchange_enter(exchange, HTTP_CONNECTING);
    st = connection_open(connection, exchange->network, &exchange->resolver.addresses,
                         exchange->url.port, exchange_received, exchange);
    if (st)
        return st;
    while (connection->state == CONNECTION_CONNECTING)
        if ((st = exchange_wait(exchange)))
            return st;
    if (connection->state == CONNECTION_NO_WAY)
        return exchange_unreachable(exchange, "no route to ", STATUS_NET_CONNECT);
    if (connection->state == CONNECTION_REFUSED)
        return exchange_unreachable(exchange, "connection refused by ", STATUS_NET_CONNECT);
    if (connection->state == CONNECTION_LOST)
        return exchange_unreachable(exchange, "no answer from ", STATUS_NET_TIMEOUT);
    return STATUS_OK;
}

static void add_range(struct text *request, const struct http_range *range)
{
    if (range->size_bytes == 0)
        return;
    text_add(request, "Range: bytes=");
    text_add_u64(request, range->offset);
    text_add(request, "-");
    text_add_u64(request, range->offset + range->size_bytes - 1);
    text_add(request, "\r\n");
}

static enum status exchange_send(struct http_exchange *exchange)
{
    char memory[REQUEST_MAX_BYTES];
    struct text request = TEXT(memory);

    text_add(&request, "GET ");
    text_add_bytes(&request, exchange->url.target);
    text_add(&request, " HTTP/1.1\r\nHost: ");
    text_add_bytes(&request, exchange->url.host);
    if (exchange->url.port != 80) {
        text_add(&request, ":");
        text_add_u64(&request, exchange->url.port);
    }
    text_add(&request, "\r\n"
                       "User-Agent: pivotboot\r\n"
                       "Accept: */*\r\n"
                       "Accept-Encoding: identity\r\n"
                       "Connection: close\r\n");
    add_range(&request, &exchange->request->range);
    text_add(&request, "\r\n");
    exchange_enter(exchange, HTTP_RECEIVING);
    http_response_init(&exchange->response, exchange->request->range, exchange->request->body,
                       exchange->detail);
    /* The server may have closed right after it accepted. */
    if (!exchange->connection.pcb)
        return STATUS_OK;
    return connection_send(&exchange->connection, text_bytes(&request));
}

static enum status exchange_broken(struct http_exchange *exchange, const char *how)
{
    say_server(exchange);
    text_add(exchange->detail, how);
    say_progress(exchange);
    return STATUS_NET_RESET;
}

static enum status exchange_receive(struct http_exchange *exchange)
{
    enum status st;

    while (!exchange->response.complete) {
        if (exchange->failure)
            return exchange->failure;
        switch (exchange->connection.state) {
        case CONNECTION_OPEN:
            break;
        case CONNECTION_ENDED:
            return http_response_end(&exchange->response);
        case CONNECTION_LOST:
            return exchange_broken(exchange, " was lost ");
        default:
            return exchange_broken(exchange, " broke the connection ");
        }
        if ((st = exchange_wait(exchange)))
            return st;
        connection_acknowledge(&exchange->connection);
    }
    return STATUS_OK;
}

static enum status exchange_steps(struct http_exchange *exchange)
{
    enum status st;

    if ((st = exchange_resolve(exchange)))
        return st;
    if ((st = exchange_connect(exchange)))
        return st;
    if ((st = exchange_send(exchange)))
        return st;
    return exchange_receive(exchange);
}

static void say_url(struct text *detail, struct bytes url)
{
    text_add_bytes(detail, bytes_first(url, URL_SHOWN_MAX_BYTES));
    text_add(detail, url.size > URL_SHOWN_MAX_BYTES ? "...: " : ": ");
}

enum status http_exchange_run(struct http_exchange *exchange, struct bytes text)
{
    enum status st;

    text_clear(exchange->detail);
    if ((st = url_parse(text, exchange->detail, &exchange->url)))
        return st;
    say_url(exchange->detail, text);
    exchange->resolver = (struct resolver){ .pcb = NULL };
    exchange->connection = (struct connection){ .pcb = NULL };
    exchange->failure = STATUS_OK;
    exchange->sign = false;
    st = exchange_steps(exchange);
    resolver_cancel(&exchange->resolver);
    if (st)
        connection_abort(&exchange->connection);
    else
        connection_close(&exchange->connection);
    return st;
}
