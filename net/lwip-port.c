#include <lwip/dns.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/opt.h>
#include <lwip/prot/dhcp.h>
#include <lwip/sys.h>

#include "lwip-hooks.h"
#include "lwip-port.h"
#include "network-state.h"

static struct {
    struct net_platform *platform;
    void *heap;
} port;

void lwip_port_attach(struct net_platform *platform, void *heap)
{
    port.platform = platform;
    port.heap = heap;
}

void lwip_port_detach(void)
{
    port.platform = NULL;
    port.heap = NULL;
}

void *lwip_port_heap(void)
{
    return port.heap;
}

u32_t sys_now(void)
{
    return port.platform ? (u32_t)port.platform->now_ms(port.platform) : 0;
}

uint32_t lwip_port_random(void)
{
    return port.platform ? port.platform->random(port.platform) : 0;
}

/*
 * Servers that tell clients apart by their identifier (RFC 2132, 9.14) gave iPXE's address to
 * "hardware type, MAC address"; saying the same gets the same address again instead of a
 * second lease.
 */
void lwip_port_dhcp_options(const struct netif *netif, struct dhcp_msg *message, u16_t *length)
{
    const u8_t hardware_type_ethernet = 1;
    const u8_t payload_size = 1 + NETIF_MAX_HWADDR_LEN;
    u8_t *option = message->options + *length;

    if (*length + 2u + payload_size >= DHCP_OPTIONS_LEN)
        return;
    option[0] = DHCP_OPTION_CLIENT_ID;
    option[1] = payload_size;
    option[2] = hardware_type_ethernet;
    memcpy(option + 3, netif->hwaddr, NETIF_MAX_HWADDR_LEN);
    *length = (u16_t)(*length + 2 + payload_size);
}

/* Whoever names a name server does it while lwIP handles the packet that says so. */
static enum network_source speaker(void)
{
    if (!ip_current_is_v6())
        return NETWORK_DHCP;
    return IP6H_NEXTH(ip6_current_header()) == IP6_NEXTH_UDP ? NETWORK_DHCPV6 : NETWORK_ROUTER;
}

/* index counts within one message; server is NULL where a router takes one back. */
void dns_setserver(u8_t index, const ip_addr_t *server)
{
    struct network *network = netif_default->state;
    enum network_source source = speaker();

    /* Routers speak to everybody; here nobody may have asked. */
    if (index < NAME_SERVERS_EACH && (source != NETWORK_ROUTER || network->setting.slaac))
        network->name_servers.named[source][index] = server ? *server : *IP_ADDR_ANY;
}

/* Only asked for by lwIP's neighbor discovery, which looks for those that it has set. */
const ip_addr_t *dns_getserver(u8_t index)
{
    const struct network *network = netif_default->state;

    return index < NAME_SERVERS_EACH ? &network->name_servers.named[NETWORK_ROUTER][index]
                                     : IP_ADDR_ANY;
}

/* The client that lwIP would start and drive. */
void dns_init(void)
{
}

void dns_tmr(void)
{
}

const ip6_addr_t *lwip_port_ipv6_gateway(const struct netif *netif)
{
    const struct network *network = netif->state;

    return network->setting.ipv6.has_gateway ? ip_2_ip6(&network->ipv6_gateway) : NULL;
}
