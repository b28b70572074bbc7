/*
 * One HTTP request and its response: name, connection, request, response. It goes on by steps,
 * so that several can run at once. For net/http-transfer.c.
 */
#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include "connection.h"
#include "http-response.h"
#include "http.h"
#include "network-state.h"
#include "resolver.h"
#include "url.h"

enum http_phase {
    HTTP_RESOLVING,
    HTTP_CONNECTING,
    HTTP_RECEIVING,
};

struct http_exchange {
    struct network *network;
    const struct http_request *request;
    struct text *detail;
    uint64_t total_deadline_ms;

    /* Below here: of the exchange that runs, or of the last one. */
    struct url url;
    enum http_phase phase;
    struct resolver resolver;
    struct connection *connection; /* NULL: none */
    /* On one connection, answers come in the order of the requests (RFC 9112, section 9.3.2). */
    struct http_exchange *before; /* its answer comes first, and it has the connection; or NULL */
    struct http_exchange *behind; /* its answer comes after this one's; or NULL */
    bool followed;                /* there was one behind */
    struct http_response response;
    enum status failure;   /* of the response's parser or the body's sink */
    uint64_t last_sign_ms; /* when the phase began or the last byte came */
    bool sign;             /* a byte has come since the last look */
    uint32_t trip_ms;      /* of a round trip, when the connection opened; 0: not known */
};

/*
 * Begins an exchange; the fields above the line are the caller's to fill. text: the URL, which
 * must outlive the exchange; detail is begun with it. The exchange must stay where it is until
 * http_exchange_stop, whatever is returned. Errors of url_parse.
 */
enum status http_exchange_start(struct http_exchange *exchange, struct bytes text);

/* Sees to it that so many connections to the exchange's server wait for requests of others. */
void http_exchange_prepare(const struct http_exchange *exchange, unsigned int count);

/* Whether the next request may be sent on an exchange's connection while its answer arrives. */
bool http_exchange_may_be_followed(const struct http_exchange *exchange);

/*
 * As http_exchange_start, but on the connection of an exchange that may be followed, if the URL
 * is of the same server: its request is sent at once, and its answer comes behind the other one.
 * When that one is stopped, this one has the connection, or is cut off.
 */
enum status http_exchange_start_behind(struct http_exchange *exchange, struct bytes text,
                                       struct http_exchange *before);

/* The exchange before it ended, and the connection with it: there is nothing but to stop. */
bool http_exchange_is_cut_off(const struct http_exchange *exchange);

/*
 * Goes as far as possible without waiting; to be called after each network_poll until
 * *ret_done (the response is complete, whatever its code) or an error.
 * STATUS_NET_NAME_UNKNOWN; STATUS_NET_CONNECT (refused); STATUS_NET_TIMEOUT (which one of the
 * timeouts, and how far it came); STATUS_NET_RESET; STATUS_OUT_OF_MEMORY; errors of
 * http_response_feed and http_response_end. detail names the URL, what was expected and what was
 * found.
 */
enum status http_exchange_step(struct http_exchange *exchange, bool *ret_done);

/*
 * Ends the exchange, however far it is: afterwards nothing of lwIP's refers to it. The
 * connection waits for the next request where it can. May be called again.
 */
void http_exchange_stop(struct http_exchange *exchange);

#endif
