#include <lwip/dhcp.h>
#include <lwip/dhcp6.h>
#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/dhcp6.h>

#include "network-state.h"

/* Once one family has an address, the other gets so long for its own: it asked at the same time. */
#define SETTLE_MS 50

/* Routers are asked three times, four seconds apart; one that has not answered is not there. */
#define ROUTER_PATIENCE_MS 10000

static bool is_assigned(const struct netif *netif, s8_t index)
{
    return ip6_addr_isvalid(netif_ip6_addr_state(netif, index));
}

/* A routable address: the link-local one is number 0. */
static bool has_ipv6(const struct netif *netif)
{
    for (s8_t i = 1; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (is_assigned(netif, i))
            return true;
    return false;
}

static bool has_ipv4(const struct netif *netif)
{
    return !ip4_addr_isany(netif_ip4_addr(netif));
}

void network_prove(struct network *network, const ip_addr_t *address)
{
    size_t i = 0;

    while (i < NETWORK_PROVEN_MOST - 1 && !ip_addr_eq(&network->proven[i], address))
        i++;
    memmove(&network->proven[1], &network->proven[0], i * sizeof(network->proven[0]));
    network->proven[0] = *address;
}

bool network_is_proven(const struct network *network, const ip_addr_t *address)
{
    for (size_t i = 0; i < NETWORK_PROVEN_MOST; i++)
        if (ip_addr_eq(&network->proven[i], address))
            return true;
    return false;
}

void network_accept_addresses(struct network *network)
{
    struct netif *netif = &network->netif;

    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
            netif_ip6_addr_set_state(netif, i, IP6_ADDR_PREFERRED);
}

static bool is_asking_routers(const struct network *network)
{
    return network->netif.ip6_autoconfig_enabled && !has_ipv6(&network->netif) &&
           network_now(network) - network->configuring_since_ms < ROUTER_PATIENCE_MS;
}

static bool is_asking_dhcp(const struct network *network)
{
    return netif_dhcp_data(&network->netif) && !has_ipv4(&network->netif);
}

static bool is_asking_dhcpv6(const struct network *network)
{
    const struct dhcp6 *dhcp6 = netif_dhcp6_data(&network->netif);

    return dhcp6 && dhcp6->state == DHCP6_STATE_REQUESTING_CONFIG;
}

bool network_is_configuring(const struct network *network)
{
    /* A router is only waited for where nothing else has named a server and could not either. */
    return is_asking_dhcp(network) || is_asking_dhcpv6(network) ||
           (!has_ipv4(&network->netif) && is_asking_routers(network));
}

static enum network_way way_to_ipv4(const struct network *network, const ip4_addr_t *address)
{
    const struct netif *netif = &network->netif;

    if (is_asking_dhcp(network))
        return NETWORK_WAY_LATER;
    if (!has_ipv4(netif))
        return NETWORK_WAY_NONE;
    if (!ip4_addr_isany(netif_ip4_gw(netif)) ||
        ip4_addr_net_eq(address, netif_ip4_addr(netif), netif_ip4_netmask(netif)))
        return NETWORK_WAY_OPEN;
    return NETWORK_WAY_NONE;
}

static enum network_way way_to_ipv6(const struct network *network, const ip6_addr_t *address)
{
    const struct netif *netif = &network->netif;

    if (ip6_addr_islinklocal(address) ? is_assigned(netif, 0) : has_ipv6(netif))
        return NETWORK_WAY_OPEN;
    return is_asking_routers(network) ? NETWORK_WAY_LATER : NETWORK_WAY_NONE;
}

enum network_way network_way_to(const struct network *network, const ip_addr_t *address)
{
    return IP_IS_V6(address) ? way_to_ipv6(network, ip_2_ip6(address))
                             : way_to_ipv4(network, ip_2_ip4(address));
}

static enum status start_ipv6(struct network *network)
{
    struct netif *netif = &network->netif;

    if (dhcp6_enable_stateless(netif) != ERR_OK)
        return STATUS_OUT_OF_MEMORY;
    netif_create_ip6_linklocal_address(netif, 1);
    netif_set_ip6_autoconfig_enabled(netif, 1);
    nd6_restart_netif(netif);
    /* lwIP asks for a router with each fourth turn of this timer: the first time at once. */
    for (int i = 0; i < 4 && netif->rs_count == LWIP_ND6_MAX_MULTICAST_SOLICIT; i++)
        nd6_tmr();
    return STATUS_OK;
}

static void say_no_address(const struct network *network, uint32_t timeout_ms, struct text *detail)
{
    const struct dhcp *dhcp = netif_dhcp_data(&network->netif);

    text_add(detail, dhcp && dhcp->state == DHCP_STATE_REQUESTING
                         ? "a DHCP offer came, but the server did not confirm it within "
                         : "no DHCP offer and no IPv6 router within ");
    text_add_u64(detail, timeout_ms / 1000);
    text_add(detail, " s (frames received: ");
    text_add_u64(detail, network->frames_received);
    if (network->frames_received == 0)
        text_add(detail, ", is the cable in the right port?");
    if (network->frames_unsent > 0) {
        text_add(detail, "; frames that could not be sent: ");
        text_add_u64(detail, network->frames_unsent);
    }
    text_add(detail, ")");
}

/* One family has its address; the other may have its own in a moment. */
static enum status settle(struct network *network)
{
    uint64_t deadline_ms = network_now(network) + SETTLE_MS;
    enum status st = STATUS_OK;

    while (!st && network_now(network) < deadline_ms &&
           (!has_ipv4(&network->netif) || !has_ipv6(&network->netif) || is_asking_dhcpv6(network)))
        st = network_poll(network);
    return st;
}

enum status network_configure(struct network *network, uint32_t timeout_ms, struct text *detail)
{
    struct net_platform *platform = network->platform;
    uint64_t deadline_ms = network_now(network) + timeout_ms;
    enum status st;

    network->configuring_since_ms = network_now(network);
    if (dhcp_start(&network->netif) != ERR_OK)
        return STATUS_OUT_OF_MEMORY;
    if ((st = start_ipv6(network)))
        return st;
    while (!has_ipv4(&network->netif) && !has_ipv6(&network->netif)) {
        if ((st = network_poll(network)))
            return st;
        if (platform->aborted(platform))
            return STATUS_ABORTED;
        if (network_now(network) >= deadline_ms) {
            say_no_address(network, timeout_ms, detail);
            return STATUS_NET_NO_ADDRESS;
        }
    }
    return settle(network);
}

void network_add_address(struct text *text, const ip_addr_t *address)
{
    char memory[IPADDR_STRLEN_MAX];

    if (!ipaddr_ntoa_r(address, memory, sizeof(memory)))
        return;
    /* RFC 5952, 4.3: small letters; lwIP writes capitals. */
    for (char *c = memory; *c; c++)
        *c = (char)byte_to_lower((uint8_t)*c);
    text_add(text, memory);
}

static void add_source(struct text *text, enum network_source source)
{
    text_add(text, " (");
    text_add(text, network_source_name(source));
    text_add(text, ")");
}

static const char *separator(const struct text *text)
{
    return text->size > 0 ? ", " : "";
}

static void describe_ipv4(const struct netif *netif, struct text *text)
{
    uint32_t netmask = lwip_ntohl(netif_ip4_netmask(netif)->addr);
    unsigned int prefix_bits = 0;

    for (; netmask & UINT32_C(0x80000000); netmask <<= 1)
        prefix_bits++;
    network_add_address(text, netif_ip_addr4(netif));
    text_add(text, "/");
    text_add_u64(text, prefix_bits);
    if (!ip4_addr_isany(netif_ip4_gw(netif))) {
        text_add(text, " gateway ");
        network_add_address(text, netif_ip_gw4(netif));
    }
    add_source(text, NETWORK_DHCP);
}

static void describe_ipv6(const struct netif *netif, struct text *text)
{
    for (s8_t i = 1; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (!is_assigned(netif, i))
            continue;
        text_add(text, separator(text));
        network_add_address(text, netif_ip_addr6(netif, i));
        text_add(text, "/64");
        for (size_t j = 0; j < LWIP_ND6_NUM_ROUTERS; j++) {
            ip_addr_t router;

            if (!default_router_list[j].neighbor_entry)
                continue;
            memset(&router, 0, sizeof(router));
            ip_addr_copy_from_ip6(router, default_router_list[j].neighbor_entry->next_hop_address);
            text_add(text, " gateway ");
            network_add_address(text, &router);
        }
        add_source(text, NETWORK_ROUTER);
    }
}

void network_describe(const struct network *network, struct text *text)
{
    char memory[1024], servers_memory[NAME_SERVERS_MOST * 64];
    struct text description = TEXT(memory);
    struct text servers = TEXT(servers_memory);

    if (has_ipv4(&network->netif))
        describe_ipv4(&network->netif, &description);
    describe_ipv6(&network->netif, &description);
    name_servers_add_with_sources(&network->name_servers, &servers);
    if (servers.size > 0) {
        text_add(&description, separator(&description));
        text_add(&description, "DNS ");
        text_add_bytes(&description, text_bytes(&servers));
    }
    text_add_bytes(text, text_bytes(&description));
}
