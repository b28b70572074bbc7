/*
 * Host names to addresses of both families (DNS over UDP, RFC 1035, 3596), for the modules of
 * net/. lwIP's own client asks for one family at a time and gives a dead server seven seconds;
 * this one asks for both at once, goes on to the next server after one second, and begins
 * with the server that answered last time. Questions are unlike each other in a random number
 * and a random port, so that only who sees them can answer (RFC 5452).
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <lwip/udp.h>

#include "../payload/status.h"
#include "network-state.h"

enum resolver_state {
    RESOLVER_WAITING,
    RESOLVER_FOUND,
    RESOLVER_UNKNOWN,   /* there is no such name, or it has no addresses */
    RESOLVER_REFUSED,   /* no server was able or willing to say */
    RESOLVER_SILENT,    /* no server answered in time */
    RESOLVER_NO_SERVER, /* nobody named a server to ask */
};

/* The question for the addresses of one family. */
struct resolver_half {
    struct dns_question question;
    bool answered;
    bool refused;
    size_t refusals; /* of the servers so far */
    struct dns_answer answer;
};

struct resolver {
    struct network_task task; /* first: the task is the resolver */
    struct network *network;
    struct udp_pcb *pcb; /* NULL: nobody asks */
    enum resolver_state state;
    struct host_addresses addresses; /* once found */
    char name[DNS_NAME_MAX_BYTES];
    struct resolver_half halves[2]; /* IPv6, IPv4 */
    size_t sent;                    /* how often a server was asked */
    uint64_t started_ms;
    uint64_t next_ms;       /* when the next server is asked */
    uint64_t half_since_ms; /* when the first half was answered; 0: none is */
};

/*
 * Asks for the addresses of a host: a name, or an address as it stands in a URL (then the
 * answer is there at once). host: as in struct url. *resolver (whatever was in it) must stay
 * where it is until resolver_cancel; network_poll moves it on, state says how far it is.
 * Several may ask at the same time. STATUS_OUT_OF_MEMORY, STATUS_URL_TOO_LONG (a name beyond
 * what DNS can carry).
 */
enum status resolver_ask(struct resolver *resolver, struct network *network, struct bytes host);

/* Nobody waits any more. state and addresses stay. Harmless when repeated, or after zeroing. */
void resolver_cancel(struct resolver *resolver);

#endif
