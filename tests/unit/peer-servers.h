/* The peer's servers (peer.h): what runs in its process, each in a file of its own. */
#ifndef TESTS_UNIT_PEER_SERVERS_H
#define TESTS_UNIT_PEER_SERVERS_H

#include <lwip/udp.h>

#include "peer-file.h"

/* Of the IPv6 addresses fd00::last, the bytes. */
#define PEER_IPV6(last) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last

/* Whatever the peer cannot do ends it. */
void peer_listen_udp(u16_t port, udp_recv_fn received);

void peer_serve_dhcp(enum peer_dhcp dhcp);

/* Gives the peer its IPv6 addresses. */
void peer_serve_router(enum peer_router router);
/* Of each frame that came: somebody may look for a router. */
void peer_router_sees(struct bytes frame);
/* Answers whoever has looked since. */
void peer_router_answers(void);

void peer_serve_dns(void);

/* pages: see peer_start. */
void peer_serve_http(const struct peer_page *pages);

#endif
