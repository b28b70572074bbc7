/* Host names to addresses (DNS, RFC 1035), for the modules of net/. */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <lwip/ip_addr.h>

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "network-state.h"

enum resolver_state {
    RESOLVER_WAITING,
    RESOLVER_FOUND,
    RESOLVER_UNKNOWN,   /* no server knows the name, or none answered in time */
    RESOLVER_NO_SERVER, /* DHCP named no server to ask */
};

/*
 * Asks for the address of a host: a name, or an address as people write it (then the answer
 * is there at once). host: as in struct url. One question at a time: another one before the
 * answer takes its place. STATUS_OUT_OF_MEMORY, STATUS_URL_TOO_LONG (a name beyond what DNS
 * can carry).
 */
enum status resolver_ask(struct network *network, struct bytes host);

/* How far it is; network_poll moves it on. *ret_address is written when it is found. */
enum resolver_state resolver_look(const struct network *network, ip_addr_t *ret_address);

/* Nobody waits any more. */
void resolver_cancel(struct network *network);

#endif
