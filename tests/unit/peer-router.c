#include <stdlib.h>

#include <lwip/icmp6.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip6.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/prot/dhcp6.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/nd6.h>

#include "peer-servers.h"

static enum peer_router behaviour;
static bool solicited; /* somebody looks for a router */

/* lwIP has no router: solicitations (RFC 4861, 4.1) are seen here. */
void peer_router_sees(struct bytes frame)
{
    const size_t type_offset = SIZEOF_ETH_HDR + IP6_HLEN;

    if (frame.size > type_offset && frame.data[12] == 0x86 && frame.data[13] == 0xdd &&
        frame.data[SIZEOF_ETH_HDR + 6] == IP6_NEXTH_ICMP6 &&
        frame.data[type_offset] == ICMP6_TYPE_RS)
        solicited = true;
}

static const uint8_t flags_of[] = {
    [PEER_ROUTER_DHCPV6] = ND6_RA_FLAG_OTHER_CONFIG,
    [PEER_ROUTER_MANAGED] = ND6_RA_FLAG_MANAGED_ADDR_CONFIG,
};

/* In seconds: long, for clocks that run faster. */
#define LIFETIME 0, 1, 0, 0

/* RFC 4861, 4.2: hops, flags, lifetime; timers that it does not say. */
static const uint8_t advertisement[] = {
    ICMP6_TYPE_RA, 0, 0, 0, 64, 0, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0
};
#define FLAGS_OFFSET 5
/* RFC 4861, 4.6.2: on the link, for addresses. */
static const uint8_t prefix[] = { 3, 4, 64, 0xc0, LIFETIME, LIFETIME, 0, 0, 0, 0, PEER_IPV6(0) };
/* RFC 8106, 5.1. */
static const uint8_t name_server[] = { 25, 3, 0, 0, LIFETIME, PEER_IPV6(1) };

static size_t add(uint8_t *message, size_t size, const uint8_t *part, size_t part_size)
{
    memcpy(message + size, part, part_size);
    return size + part_size;
}

static size_t write_advertisement(uint8_t *message)
{
    size_t size = add(message, 0, advertisement, sizeof(advertisement));

    message[FLAGS_OFFSET] = flags_of[behaviour];
    if (behaviour != PEER_ROUTER_MANAGED)
        size = add(message, size, prefix, sizeof(prefix));
    if (behaviour == PEER_ROUTER_FULL)
        size = add(message, size, name_server, sizeof(name_server));
    return size;
}

static void advertise(void)
{
    uint8_t message[sizeof(advertisement) + sizeof(prefix) + sizeof(name_server)];
    size_t size = write_advertisement(message);
    struct pbuf *pbuf = pbuf_alloc(PBUF_IP, (u16_t)size, PBUF_RAM);
    ip6_addr_t all_nodes;
    u16_t sum;

    ip6_addr_set_allnodes_linklocal(&all_nodes);
    pbuf_take(pbuf, message, (u16_t)size);
    sum = ip6_chksum_pseudo(pbuf, IP6_NEXTH_ICMP6, pbuf->tot_len, netif_ip6_addr(netif_default, 0),
                            &all_nodes);
    memcpy((uint8_t *)pbuf->payload + 2, &sum, sizeof(sum));
    ip6_output_if(pbuf, netif_ip6_addr(netif_default, 0), &all_nodes, 255, 0, IP6_NEXTH_ICMP6,
                  netif_default);
    pbuf_free(pbuf);
}

/* RFC 8415, 18.3.6; RFC 3646. */
static void dhcpv6_received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                            const ip_addr_t *from, u16_t port)
{
    uint8_t reply[] = { DHCP6_REPLY, 0, 0, 0, 0, DHCP6_OPTION_DNS_SERVERS, 0, 16, PEER_IPV6(1) };
    const uint8_t *request = pbuf->payload;
    struct pbuf *out = pbuf_alloc(PBUF_TRANSPORT, sizeof(reply), PBUF_RAM);

    (void)argument;
    if (pbuf->len < 4 || request[0] != DHCP6_INFOREQUEST)
        abort();
    memcpy(reply + 1, request + 1, 3);
    pbuf_free(pbuf);
    pbuf_take(out, reply, sizeof(reply));
    udp_sendto(pcb, out, from, port);
    pbuf_free(out);
}

static void add_addresses(void)
{
    const uint8_t address[] = { PEER_IPV6(1) };
    ip6_addr_t own, servers;
    s8_t index;

    netif_create_ip6_linklocal_address(netif_default, 1);
    memset(&own, 0, sizeof(own));
    memcpy(own.addr, address, sizeof(address));
    if (netif_add_ip6_address(netif_default, &own, &index) != ERR_OK)
        abort();
    netif_ip6_addr_set_state(netif_default, index, IP6_ADDR_PREFERRED);
    IP6_ADDR(&servers, PP_HTONL(0xff020000), 0, 0, PP_HTONL(0x00010002));
    if (mld6_joingroup_netif(netif_default, &servers) != ERR_OK)
        abort();
}

void peer_router_answers(void)
{
    if (solicited && behaviour != PEER_ROUTER_NONE)
        advertise();
    solicited = false;
}

void peer_serve_router(enum peer_router router)
{
    behaviour = router;
    if (router != PEER_ROUTER_NONE)
        add_addresses();
    peer_listen_udp(DHCP6_SERVER_PORT, dhcpv6_received);
}
