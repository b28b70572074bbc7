/*
 * One network interface: lwIP (NO_SYS) over a struct link. lwIP's state is global, so one
 * network at most is open at a time.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "ip-setting.h"
#include "link.h"
#include "platform.h"

struct network;

/*
 * platform and link must outlive the network. STATUS_OUT_OF_MEMORY.
 */
enum status network_open(struct net_platform *platform, struct link *link,
                         struct network **ret_network);

struct network_request {
    const struct ip_setting *setting;
    const struct ip_setting *lease; /* what somebody before us got from DHCP; NULL: nothing */
    uint32_t timeout_ms;
};

/*
 * Gets addresses, gateways and name servers by DHCP (RFC 2131) and from IPv6 routers (RFC 4862;
 * name servers also by stateless DHCPv6, RFC 8415); polls until one family is there. The other
 * one may follow later, while network_poll is called. What the setting fixes needs nobody's
 * answer; where DHCP does not answer for some seconds the lease takes its place. May be called
 * again after a failure.
 * STATUS_NET_NO_ADDRESS after timeout_ms (detail says whether anything was received at all),
 * STATUS_ABORTED, STATUS_OUT_OF_MEMORY, what network_poll returns.
 */
enum status network_configure(struct network *network, const struct network_request *request,
                              struct text *detail);

/*
 * For the log, what there is so far and who named it: "10.0.2.15/24 gateway 10.0.2.2 (DHCP),
 * fd00::1234/64 gateway fe80::1 (router), DNS 10.0.2.3 (DHCP)".
 */
void network_describe(const struct network *network, struct text *text);

/* For the log, in the end: how many frames were in memory at most, and came and went. */
void network_describe_frames(const struct network *network, struct text *text);
/* The most that lwIP has used of its heap so far, and the heap's size, in bytes. */
size_t network_heap_most_bytes(const struct network *network);
size_t network_heap_bytes(const struct network *network);

/*
 * Moves what has arrived (a bounded number of frames) into lwIP and runs its timers. Never
 * waits. Whatever the link's receive returns.
 */
enum status network_poll(struct network *network);

/*
 * Breaks every connection (servers are told) and frees everything; the link and the platform
 * are not called again, and another network may be opened. network may be NULL.
 * The DHCP lease is kept: iPXE on the same MAC address holds the same one and goes on using
 * it when pivotboot returns, and so does the kernel as a rule.
 */
void network_close(struct network *network);

#endif
