/* What net/network.c, net/resolver.c and net/http.c share; nobody outside of net/ looks in. */
#ifndef NET_NETWORK_STATE_H
#define NET_NETWORK_STATE_H

#include <lwip/ip_addr.h>
#include <lwip/netif.h>

#include "connections.h"
#include "frames.h"
#include "network.h"

/* Longest host name (RFC 1035, 2.3.4), in bytes, and a NUL. */
#define NETWORK_NAME_BYTES (253 + 1)

/*
 * The one question to the DNS servers that somebody waits for. It lives here because lwIP
 * cannot withdraw a question: an answer may come after the asker has given up.
 */
struct network_question {
    char name[NETWORK_NAME_BYTES]; /* NUL-terminated; empty: nobody waits */
    bool answered;
    bool found;
    ip_addr_t address;
};

struct network {
    struct net_platform *platform;
    struct link *link;
    struct netif netif;
    struct frames frames;
    struct frame *frame_memory;
    void *heap;
    uint64_t timer_due_ms[LWIP_NUM_SYS_TIMEOUT_INTERNAL];
    struct network_question question;
    void *asker; /* who waits for the answer; NULL: nobody */
    struct connections connections;
    uint64_t frames_received;
    uint32_t frames_unsent; /* the link refused them */
    bool silent;            /* closing: nothing reaches the link any more */
};

/* An address as people write it. */
void network_add_address(struct text *text, const ip_addr_t *address);

/* The name servers, separated by commas: "10.0.2.3". */
void network_add_name_servers(struct text *text);

#endif
