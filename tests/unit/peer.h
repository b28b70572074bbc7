/*
 * The other end of a wire, for tests of net/ without privileges: a child process with an
 * lwIP of its own that is DHCP, DNS and HTTP server at 10.0.0.1, and with IPv6 router, DHCPv6,
 * DNS and HTTP server at fd00::1. Frames go through a socket.
 *
 * Time is what both ends say it is: they take turns, one network_poll each, and the clock of
 * either goes on with its turns. So nothing depends on how fast the machine is.
 */
#ifndef TESTS_UNIT_PEER_H
#define TESTS_UNIT_PEER_H

#include <sys/types.h>

#include "net/link.h"
#include "net/platform.h"

struct peer_file;

enum peer_ending {
    PEER_CLOSE, /* after the answer */
    PEER_RESET,
    PEER_STAY, /* for the next request */
    PEER_TIRE, /* stay, and reset when the next request comes */
};

/* What the HTTP server says to a request: the first page whose path fits. */
struct peer_page {
    const char *path;
    const char *answer;  /* NUL-terminated */
    size_t filler_bytes; /* of body, behind the answer: see peer_filler */
    enum peer_ending ending;
    struct peer_file *file; /* may be NULL; else in place of the three above */
};

struct peer {
    int fd; /* one frame a message */
    pid_t pid;
};

enum peer_dhcp {
    PEER_DHCP_FULL,
    PEER_DHCP_NO_DNS,   /* names no name server */
    PEER_DHCP_DEAD_DNS, /* names 10.0.0.66, which nobody has, in front of itself */
    PEER_DHCP_OFFER,    /* offers, and then never confirms */
    PEER_DHCP_NONE,
};

enum peer_router {
    PEER_ROUTER_NONE,
    PEER_ROUTER_FULL,    /* names a prefix and a name server */
    PEER_ROUTER_DHCPV6,  /* names a prefix, and refers to DHCPv6 for the name server */
    PEER_ROUTER_MANAGED, /* names none, and refers to DHCPv6 for addresses */
};

/*
 * pages: ended by one without a path; of the parent. Port 80 serves them, nothing listens
 * elsewhere. The DNS server knows
 *     boot, both      10.0.0.1; both, alias, broken4 and only6 also fd00::1
 *     lost            10.0.0.77, nobody
 *     alias           another name of a host at 10.0.0.1 and fd00::1
 *     only6           no IPv4 address
 *     broken6         10.0.0.1 and fd00::77, nobody
 *     broken4         10.0.0.77 and fd00::1
 *     mute6           10.0.0.1, and never answers for IPv6
 *     looping         an answer whose names point at themselves
 * is silent about names that begin with "silent", refuses those that begin with "refused", and
 * says that it does not know all others.
 */
struct peer peer_start(const struct peer_page *pages, enum peer_dhcp dhcp, enum peer_router router);
void peer_stop(struct peer *peer);

/* The byte at an offset: a letter or the like, without a short period. */
uint8_t peer_filler(uint64_t offset);

/* The turns' clock, malloc; used by both ends. */
struct net_platform peer_platform(void);

/* Our link to it. */
struct peer_link {
    struct link link;
    int fd;
    bool has_turn;
    unsigned int turn_ms; /* how far our clock goes on with each turn; 1 at first */
};
struct peer_link peer_link(const struct peer *peer);

#endif
