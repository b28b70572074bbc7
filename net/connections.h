/*
 * The TCP connections of a network: those in use, and idle ones that wait for the next request
 * to the same server (RFC 9112 section 9.3).
 */
#ifndef NET_CONNECTIONS_H
#define NET_CONNECTIONS_H

#include "connection.h"

/* At most, used and idle together: as many as one download runs at once, and some to spare. */
#define CONNECTIONS_MOST 28

/* Longest host whose connections are kept, in bytes (RFC 1035, 2.3.4). */
#define CONNECTIONS_HOST_MAX_BYTES 253

struct connections {
    struct connections_slot {
        struct connection connection; /* first */
        /* Whose it is, as the URL says: a name's addresses may differ from one time to the next. */
        char host[CONNECTIONS_HOST_MAX_BYTES];
        uint8_t host_bytes;
        uint16_t port;
        bool in_use;
        bool reused;           /* there was another exchange on it */
    } slots[CONNECTIONS_MOST]; /* all zero: none */
};

/*
 * Takes an idle connection to a server, so that no name is needed, and no time to open it; NULL
 * when there is none. Received bytes go to received with context from now on. Belongs to the
 * caller until one of keep, close and abort.
 */
struct connection *connections_take(struct connections *connections, struct bytes host,
                                    uint16_t port,
                                    void (*received)(void *context, struct bytes bytes),
                                    void *context);

/* How many connections are in use, to whomever. */
unsigned int connections_used(const struct connections *connections);

/* How many idle connections to a server there are, some of which may still be opening. */
unsigned int connections_idle(const struct connections *connections, struct bytes host,
                              uint16_t port);

/*
 * Opens a connection that waits for a request, so that this one need not wait for it; it may still
 * be opening when it is taken. Without memory there is none.
 */
void connections_prepare(struct connections *connections, struct network *network,
                         const struct host_addresses *addresses, struct bytes host, uint16_t port);

/*
 * A place for a new connection to a server, closed as yet: for connection_open. An idle one
 * makes room where it must; NULL when all are in use. Belongs to the caller as above.
 */
struct connection *connections_add(struct connections *connections, struct bytes host,
                                   uint16_t port);

/* Whether a connection that was taken has carried another exchange before: the server may have
 * closed it meanwhile, without a fault. */
bool connections_is_reused(const struct connection *connection);

/* Received bytes go to another context from now on, whose connection it is. */
void connections_hand_on(struct connection *connection, void *context);

/* Gives a connection back to wait for the next request; nothing may be under way on it. */
void connections_keep(struct connection *connection);
/* Gives it back and says good-bye to the server. */
void connections_close(struct connection *connection);
/* Gives it back and breaks it. */
void connections_abort(struct connection *connection);

/* Closes what waits for requests to this server: one of them has just turned out to be dead. */
void connections_forget(struct connections *connections, struct bytes host, uint16_t port);

#endif
