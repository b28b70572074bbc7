/*
 * One network interface: lwIP (NO_SYS) over a struct link. lwIP's state is global, so one
 * network at most is open at a time.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "link.h"
#include "platform.h"

struct network;

/*
 * platform and link must outlive the network. STATUS_OUT_OF_MEMORY.
 */
enum status network_open(struct net_platform *platform, struct link *link,
                         struct network **ret_network);

/*
 * Gets an address, gateway and name servers by DHCP (RFC 2131); polls until it has them.
 * STATUS_NET_NO_ADDRESS after timeout_ms (detail says whether anything was received at all),
 * STATUS_NET_DEVICE, STATUS_ABORTED.
 */
enum status network_configure(struct network *network, uint32_t timeout_ms, struct text *detail);

/* For the log: "10.0.2.15/24, gateway 10.0.2.2, DNS 10.0.2.3". */
void network_describe(const struct network *network, struct text *text);

/*
 * Moves everything that has arrived into lwIP and runs its timers. Never waits.
 * STATUS_NET_DEVICE: the link failed.
 */
enum status network_poll(struct network *network);

/* Breaks every connection, releases the lease, frees everything. network may be NULL. */
void network_close(struct network *network);

#endif
