/* One TCP connection to a server (RFC 9293), for the modules of net/. */
#ifndef NET_CONNECTION_H
#define NET_CONNECTION_H

#include <lwip/tcp.h>

#include "../payload/bytes.h"
#include "../payload/status.h"

enum connection_state {
    CONNECTION_CLOSED, /* not open yet, or closed by us */
    CONNECTION_CONNECTING,
    CONNECTION_OPEN,
    CONNECTION_ENDED,   /* the server has sent everything it wanted to */
    CONNECTION_REFUSED, /* a reset instead of a connection */
    CONNECTION_RESET,   /* a reset later */
    CONNECTION_LOST,    /* lwIP gave up: no acknowledgement, or our address went away */
};

struct connection {
    struct tcp_pcb *pcb; /* NULL once lwIP has freed it */
    enum connection_state state;
    ip_addr_t address; /* the server's */
    uint16_t port;
    /* Called from network_poll with bytes as they arrive (untrusted, valid during the call). */
    void (*received)(void *context, struct bytes bytes);
    void *context;
    uint32_t unacknowledged_bytes; /* handed on, and not yet in the window again */
};

/*
 * Starts to connect; network_poll moves it on, state says how far it is. The connection must
 * stay where it is until it is closed. STATUS_OUT_OF_MEMORY, STATUS_NET_CONNECT (no route).
 */
enum status connection_open(struct connection *connection, const ip_addr_t *address, uint16_t port,
                            void (*received)(void *context, struct bytes bytes), void *context);

/* Sends bytes (copied; one request at a time: TCP_SND_BUF at most). STATUS_OUT_OF_MEMORY. */
enum status connection_send(struct connection *connection, struct bytes bytes);

/* Opens the window again by what was received: once for each network_poll, not for each segment. */
void connection_acknowledge(struct connection *connection);

/* Ends an exchange that went well: lwIP says good-bye in the background. No more calls. */
void connection_close(struct connection *connection);

/* Breaks the connection with a reset; does nothing when there is none. No more calls. */
void connection_abort(struct connection *connection);

#endif
