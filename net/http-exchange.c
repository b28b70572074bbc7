#include "http-exchange.h"
#include "http-exchange-text.h"
#include "http-request.h"

static uint64_t exchange_now(const struct http_exchange *exchange)
{
    return exchange->network->platform->now_ms(exchange->network->platform);
}

/* How long the server may be silent in this phase. */
static uint32_t idle_timeout_ms(const struct http_exchange *exchange)
{
    const struct http_request *request = exchange->request;
    uint32_t timeout_ms = 0;

    if (exchange->phase == HTTP_RESOLVING)
        timeout_ms = request->name_timeout_ms;
    else if (exchange->phase == HTTP_RECEIVING && exchange->response.headers_done)
        timeout_ms = request->stall_timeout_ms;
    return timeout_ms > 0 ? timeout_ms : request->idle_timeout_ms;
}

static enum status exchange_idle(struct http_exchange *exchange)
{
    uint32_t timeout_ms = idle_timeout_ms(exchange);

    switch (exchange->phase) {
    case HTTP_RESOLVING:
        http_say_host(exchange);
        text_add(exchange->detail, ": no answer from the DNS server ");
        name_servers_add(&exchange->network->name_servers, exchange->detail);
        text_add(exchange->detail, " within ");
        http_say_seconds(exchange, timeout_ms);
        break;
    case HTTP_CONNECTING:
        text_add(exchange->detail, "no answer from ");
        http_say_server(exchange);
        text_add(exchange->detail, " within ");
        http_say_seconds(exchange, timeout_ms);
        break;
    case HTTP_RECEIVING:
        text_add(exchange->detail, "no byte from ");
        http_say_server(exchange);
        text_add(exchange->detail, " for ");
        http_say_seconds(exchange, timeout_ms);
        text_add(exchange->detail, " ");
        http_say_progress(exchange);
        break;
    }
    return STATUS_NET_TIMEOUT;
}

static enum status exchange_too_long(struct http_exchange *exchange)
{
    text_add(exchange->detail, "not done within ");
    http_say_seconds(exchange, exchange->request->total_timeout_ms);
    text_add(exchange->detail, ", stopped ");
    if (exchange->phase == HTTP_RECEIVING)
        http_say_progress(exchange);
    else
        text_add(exchange->detail, "before a connection");
    return STATUS_NET_TIMEOUT;
}

static void exchange_enter(struct http_exchange *exchange, enum http_phase phase)
{
    exchange->phase = phase;
    exchange->last_sign_ms = exchange_now(exchange);
}

/* Says when it is time to give up. */
static enum status exchange_check_time(struct http_exchange *exchange)
{
    /* The clock is read after the work: a slow sink must not look like a silent server. */
    uint64_t now = exchange_now(exchange);

    if (exchange->sign)
        exchange->last_sign_ms = now;
    exchange->sign = false;
    if (now >= exchange->total_deadline_ms)
        return exchange_too_long(exchange);
    if (now - exchange->last_sign_ms >= idle_timeout_ms(exchange))
        return exchange_idle(exchange);
    return STATUS_OK;
}

static enum status exchange_name_unknown(struct http_exchange *exchange)
{
    const char *why = ": no answer from the DNS server ";

    http_say_host(exchange);
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

static void exchange_received(void *context, struct bytes bytes)
{
    struct http_exchange *exchange = context;

    exchange->sign = true;
    if (exchange->failure)
        return;
    exchange->failure = http_response_feed(&exchange->response, bytes);
    if (exchange->behind && exchange->response.rest.size > 0)
        exchange_received(exchange->behind, exchange->response.rest);
}

static enum status exchange_unreachable(struct http_exchange *exchange, const char *why,
                                        enum status st)
{
    text_add(exchange->detail, why);
    http_say_server(exchange);
    return st;
}

static enum status exchange_send(struct http_exchange *exchange, struct connection *connection)
{
    const struct http_request *request = exchange->request;
    char memory[HTTP_REQUEST_MAX_BYTES];
    struct text text = TEXT(memory);

    http_request_write(&exchange->url, request->range, request->if_range, &text);
    exchange_enter(exchange, HTTP_RECEIVING);
    http_response_init(&exchange->response, request->range, request->body, exchange->detail);
    exchange->response.or_whole = request->or_whole;
    /* The server may have closed right after it accepted. */
    if (!connection->pcb)
        return STATUS_OK;
    return connection_send(connection, text_bytes(&text));
}

static enum status exchange_connect(struct http_exchange *exchange)
{
    struct connections *connections = &exchange->network->connections;

    exchange_enter(exchange, HTTP_CONNECTING);
    exchange->connection = connections_add(connections, exchange->url.host, exchange->url.port);
    if (!exchange->connection)
        return STATUS_OUT_OF_MEMORY;
    return connection_open(exchange->connection, exchange->network, &exchange->resolver.addresses,
                           exchange->url.port, exchange_received, exchange);
}

static enum status exchange_connected(struct http_exchange *exchange)
{
    switch (exchange->connection->state) {
    case CONNECTION_CONNECTING:
        return STATUS_OK;
    case CONNECTION_NO_WAY:
        return exchange_unreachable(exchange, "no route to ", STATUS_NET_CONNECT);
    case CONNECTION_REFUSED:
        return exchange_unreachable(exchange, "connection refused by ", STATUS_NET_CONNECT);
    case CONNECTION_LOST:
        return exchange_unreachable(exchange, "no answer from ", STATUS_NET_TIMEOUT);
    default:
        exchange->trip_ms = exchange->connection->trip_ms;
        return exchange_send(exchange, exchange->connection);
    }
}

static enum status exchange_ask(struct http_exchange *exchange)
{
    exchange_enter(exchange, HTTP_RESOLVING);
    return resolver_ask(&exchange->resolver, exchange->network, exchange->url.host);
}

static enum status exchange_look(struct http_exchange *exchange)
{
    switch (exchange->resolver.state) {
    case RESOLVER_WAITING:
        return STATUS_OK;
    case RESOLVER_FOUND:
        return exchange_connect(exchange);
    default:
        return exchange_name_unknown(exchange);
    }
}

/* A connection that has waited for its next request may have ended without a fault. */
static bool exchange_is_stale(const struct http_exchange *exchange)
{
    return connections_is_reused(exchange->connection) &&
           exchange->connection->state != CONNECTION_OPEN &&
           !http_response_has_begun(&exchange->response);
}

/* Once more, on a connection of its own. */
static enum status exchange_begin_anew(struct http_exchange *exchange)
{
    connections_abort(exchange->connection);
    exchange->connection = NULL;
    connections_forget(&exchange->network->connections, exchange->url.host, exchange->url.port);
    return exchange_ask(exchange);
}

static enum status exchange_broken(struct http_exchange *exchange, const char *how)
{
    http_say_server(exchange);
    text_add(exchange->detail, how);
    http_say_progress(exchange);
    return STATUS_NET_RESET;
}

static enum status exchange_receive(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;

    connection_acknowledge(connection);
    if (exchange->failure || exchange->response.complete)
        return exchange->failure;
    if (exchange_is_stale(exchange))
        return exchange_begin_anew(exchange);
    switch (connection->state) {
    case CONNECTION_OPEN:
        return STATUS_OK;
    case CONNECTION_ENDED:
        return http_response_end(&exchange->response);
    case CONNECTION_LOST:
        return exchange_broken(exchange, " was lost ");
    default:
        return exchange_broken(exchange, " broke the connection ");
    }
}

/* One phase's work; what it leads to may have its turn at once. */
static enum status exchange_work(struct http_exchange *exchange)
{
    switch (exchange->phase) {
    case HTTP_RESOLVING:
        return exchange_look(exchange);
    case HTTP_CONNECTING:
        return exchange_connected(exchange);
    case HTTP_RECEIVING:
        return exchange_receive(exchange);
    }
    return STATUS_OK;
}

static enum status exchange_begin(struct http_exchange *exchange, struct bytes text)
{
    enum status st;

    exchange->connection = NULL;
    exchange->before = exchange->behind = NULL;
    exchange->followed = false;
    exchange->resolver = (struct resolver){ .pcb = NULL };
    exchange->failure = STATUS_OK;
    exchange->sign = false;
    exchange->trip_ms = 0;
    text_clear(exchange->detail);
    if ((st = url_parse(text, exchange->detail, &exchange->url)))
        return st;
    http_say_url(exchange->detail, text);
    return STATUS_OK;
}

/* On a connection that waits for it, or on one of its own. */
static enum status exchange_go(struct http_exchange *exchange)
{
    exchange->connection = connections_take(&exchange->network->connections, exchange->url.host,
                                            exchange->url.port, exchange_received, exchange);
    if (!exchange->connection)
        return exchange_ask(exchange);
    if (exchange->connection->state == CONNECTION_CONNECTING) {
        exchange_enter(exchange, HTTP_CONNECTING);
        return STATUS_OK;
    }
    exchange->trip_ms = exchange->connection->trip_ms;
    return exchange_send(exchange, exchange->connection);
}

enum status http_exchange_start(struct http_exchange *exchange, struct bytes text)
{
    enum status st = exchange_begin(exchange, text);

    return st ? st : exchange_go(exchange);
}

void http_exchange_prepare(const struct http_exchange *exchange, unsigned int count)
{
    struct network *network = exchange->network;
    struct connections *connections = &network->connections;
    unsigned int idle = connections_idle(connections, exchange->url.host, exchange->url.port);

    for (unsigned int i = idle; i < count; i++)
        connections_prepare(connections, network, &exchange->connection->addresses,
                            exchange->url.host, exchange->url.port);
}

bool http_exchange_may_be_followed(const struct http_exchange *exchange)
{
    const struct connection *connection = exchange->connection;

    return connection && connection->state == CONNECTION_OPEN && !exchange->followed &&
           exchange->phase == HTTP_RECEIVING && !exchange->failure &&
           tcp_sndbuf(connection->pcb) >= HTTP_REQUEST_MAX_BYTES &&
           http_response_may_be_followed(&exchange->response);
}

enum status http_exchange_start_behind(struct http_exchange *exchange, struct bytes text,
                                       struct http_exchange *before)
{
    enum status st = exchange_begin(exchange, text);

    if (st)
        return st;
    if (exchange->url.port != before->url.port ||
        !bytes_equal_without_case(exchange->url.host, before->url.host))
        return exchange_go(exchange);
    exchange->before = before;
    before->behind = exchange;
    before->followed = true;
    return exchange_send(exchange, before->connection);
}

bool http_exchange_is_cut_off(const struct http_exchange *exchange)
{
    return exchange->phase == HTTP_RECEIVING && !exchange->before && !exchange->connection;
}

enum status http_exchange_step(struct http_exchange *exchange, bool *ret_done)
{
    enum http_phase phase;
    enum status st;

    *ret_done = false;
    if (exchange->before)
        return STATUS_OK;
    do {
        phase = exchange->phase;
        if ((st = exchange_work(exchange)))
            return st;
    } while (exchange->phase != phase);
    if (exchange->phase == HTTP_RECEIVING && exchange->response.complete) {
        *ret_done = true;
        return STATUS_OK;
    }
    return exchange_check_time(exchange);
}

/* What the one behind asked for is next on the connection, unless the answer did not end well. */
static bool exchange_hand_on(struct http_exchange *exchange, struct connection *connection)
{
    struct http_exchange *behind = exchange->behind;

    exchange->behind = NULL;
    if (!behind)
        return false;
    behind->before = NULL;
    if (exchange->failure || !exchange->response.persistent)
        return false;
    connections_hand_on(connection, behind);
    behind->connection = connection;
    exchange_enter(behind, HTTP_RECEIVING);
    return true;
}

void http_exchange_stop(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;

    resolver_cancel(&exchange->resolver);
    exchange->connection = NULL;
    if (exchange->before)
        exchange->before->behind = NULL;
    exchange->before = NULL;
    if (!connection || exchange_hand_on(exchange, connection))
        return;
    if (exchange->phase != HTTP_RECEIVING || exchange->failure || !exchange->response.complete)
        connections_abort(connection);
    else if (exchange->response.reusable && !exchange->followed &&
             connection->state == CONNECTION_OPEN)
        connections_keep(connection);
    else
        connections_close(connection);
}
