/* One HTTP request and its response: name, connection, request, response. For net/http.c. */
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
    struct connection connection;
    struct http_response response;
    enum status failure;   /* of the response's parser or the body's sink */
    uint64_t last_sign_ms; /* when the phase began or the last byte came */
    bool sign;             /* a byte has come since the last look */
};

/*
 * Runs one exchange; the fields above the line are the caller's to fill. text: the URL, which
 * must outlive the exchange; detail is begun with it. Afterwards nothing of lwIP's refers to
 * the exchange, whether it went well or not. STATUS_OK: the response is complete, whatever
 * its code. Else as for http_get.
 */
enum status http_exchange_run(struct http_exchange *exchange, struct bytes text);

#endif
