/* Where lwIP asks us: see net/lwip-port.c. */
#ifndef LWIP_LWIP_HOOKS_H
#define LWIP_LWIP_HOOKS_H

#include "lwip/arch.h"

struct netif;
struct dhcp_msg;

void lwip_port_dhcp_options(const struct netif *netif, struct dhcp_msg *message, u16_t *length);

#define LWIP_HOOK_DHCP_APPEND_OPTIONS(netif, dhcp, state, msg, msg_type, options_len_ptr) \
    lwip_port_dhcp_options(netif, msg, options_len_ptr)

/* A fixed gateway goes before routers that announce themselves; NULL where there is none. */
struct ip6_addr;
const struct ip6_addr *lwip_port_ipv6_gateway(const struct netif *netif);

#define LWIP_HOOK_ND6_GET_GW(netif, destination) lwip_port_ipv6_gateway(netif)

/* lwIP's own initial sequence numbers count up from a constant. */
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) lwip_port_random()

#endif
