/* What the modules of net/ share about the network; nobody outside of net/ looks in. */
#ifndef NET_NETWORK_STATE_H
#define NET_NETWORK_STATE_H

#include <lwip/ip_addr.h>
#include <lwip/netif.h>

#include "connections.h"
#include "frames.h"
#include "name-servers.h"
#include "network-task.h"
#include "network.h"
#include "resolver-cache.h"

/* Servers that are remembered for having accepted a connection. */
#define NETWORK_PROVEN_MOST 8

struct network {
    struct net_platform *platform;
    struct link *link;
    struct netif netif;
    struct frames frames;
    void *heap;
    uint64_t timer_due_ms[LWIP_NUM_SYS_TIMEOUT_INTERNAL];
    struct network_task *tasks;
    struct network_task *next_task;  /* while they run: the one behind the current one */
    struct ip_setting setting;       /* what the user wants */
    struct ip_setting lease;         /* what an earlier DHCPACK said; nothing fixed when none did */
    uint64_t configuring_since_ms;   /* when addresses were first asked for */
    uint64_t lease_due_ms;           /* when the lease is used although DHCP might still answer */
    enum network_source ipv4_source; /* who assigned the IPv4 address */
    ip_addr_t ipv6_gateway;          /* the setting's */
    struct name_servers name_servers;
    ip_addr_t name_server_proven; /* the last one that answered; "any" at first */
    struct resolver_cache names;
    ip_addr_t proven[NETWORK_PROVEN_MOST]; /* the latest first; "any" where there is none */
    struct connections connections;
    uint64_t downloading_ms; /* what all downloads together took, */
    uint64_t idle_ms;        /* and of that: see download_leaves_time */
    uint64_t frames_received;
    uint64_t frames_sent;
    uint32_t frames_unsent; /* the link refused them */
    bool silent;            /* closing: nothing reaches the link any more */
};

uint64_t network_now(const struct network *network);

/* Whether packets to an address have a source address and a way. */
enum network_way {
    NETWORK_WAY_OPEN,
    NETWORK_WAY_LATER, /* not yet: an address may still be assigned */
    NETWORK_WAY_NONE,
};
enum network_way network_way_to(const struct network *network, const ip_addr_t *address);

/* A server that has accepted a connection is tried first in future. */
void network_prove(struct network *network, const ip_addr_t *address);
bool network_is_proven(const struct network *network, const ip_addr_t *address);

/* Whether name servers may still become known although there are none, or too few. */
bool network_is_configuring(const struct network *network);

/* Whether a router that answers at once may still be heard of. */
bool network_is_settling(const struct network *network);

/*
 * Puts a new IPv6 address into use (lwIP would wait for up to a second although it does not
 * probe for it, LWIP_IPV6_DUP_DETECT_ATTEMPTS), and the lease when DHCP was silent for too long.
 */
void network_update_addresses(struct network *network);

/* lwIP's form of an address. */
ip_addr_t network_address(const struct ip_address *address);

/* An address as people write it. */
void network_add_address(struct text *text, const ip_addr_t *address);

#endif
