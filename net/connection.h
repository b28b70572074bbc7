/*
 * One TCP connection to a server (RFC 9293), for the modules of net/. A server with several
 * addresses is tried at all of them, one a moment after the other, and the first one that
 * accepts is it (RFC 8305): an address family or a machine that is broken costs that moment.
 */
#ifndef NET_CONNECTION_H
#define NET_CONNECTION_H

#include <lwip/tcp.h>

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "network-task.h"
#include "resolver-cache.h"
#include "window.h"

enum connection_state {
    CONNECTION_CLOSED, /* not open yet, or closed by us */
    CONNECTION_CONNECTING,
    CONNECTION_OPEN,
    CONNECTION_ENDED,   /* the server has sent everything it wanted to */
    CONNECTION_REFUSED, /* a reset instead of a connection */
    CONNECTION_RESET,   /* a reset later */
    CONNECTION_LOST,    /* lwIP gave up: no acknowledgement, or our address went away */
    CONNECTION_NO_WAY,  /* no address of ours, or no router, leads to the server */
};

/* One address of the server that is being tried. */
struct connection_attempt {
    struct connection *connection;
    struct tcp_pcb *pcb; /* NULL: not begun, or over */
    bool begun;
    uint64_t begun_ms;
};

struct connection {
    struct network_task task; /* first: the task is the connection */
    struct network *network;
    struct host_addresses addresses;
    struct connection_attempt attempts[HOST_ADDRESSES_MOST]; /* one for each address */
    uint16_t port;
    uint64_t next_ms; /* when the next address is tried */
    bool refused;     /* by one of them */

    ip_addr_t address;   /* of the server that accepted; before that, of the last one tried */
    struct tcp_pcb *pcb; /* NULL until one has accepted, and once lwIP has freed it */
    enum connection_state state;
    /* Called from network_poll with bytes as they arrive (untrusted, valid during the call). */
    void (*received)(void *context, struct bytes bytes);
    void *context;
    uint32_t unacknowledged_bytes; /* handed on, and not yet in the window again */
    uint32_t trip_ms;              /* of the round trip when it opened; 0: not known */
    struct window window;
};

/*
 * Starts to connect; network_poll moves it on, state says how far it is. The connection
 * (whatever was in it) must stay where it is until it is closed or aborted.
 * STATUS_OUT_OF_MEMORY.
 */
enum status connection_open(struct connection *connection, struct network *network,
                            const struct host_addresses *addresses, uint16_t port,
                            void (*received)(void *context, struct bytes bytes), void *context);

/* Sends bytes (copied; one request at a time: TCP_SND_BUF at most). STATUS_OUT_OF_MEMORY. */
enum status connection_send(struct connection *connection, struct bytes bytes);

/*
 * Acknowledges what was received and opens the window again by as much: once for each
 * network_poll, not for each segment.
 */
void connection_acknowledge(struct connection *connection);

/* Ends an exchange that went well: lwIP says good-bye in the background. No more calls. */
void connection_close(struct connection *connection);

/* Breaks the connection with a reset; does nothing when there is none. No more calls. */
void connection_abort(struct connection *connection);

#endif
