#include <lwip/priv/nd6_priv.h>

#include "network-state.h"

void network_add_address(struct text *text, const ip_addr_t *address)
{
    struct ip_address plain = { .is_ipv6 = IP_IS_V6(address) };

    if (plain.is_ipv6)
        memcpy(plain.bytes, ip_2_ip6(address)->addr, IPV6_BYTES);
    else
        memcpy(plain.bytes, &ip_2_ip4(address)->addr, IPV4_BYTES);
    ip_text_add(text, &plain);
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

static void describe_ipv4(const struct network *network, struct text *text)
{
    const struct netif *netif = &network->netif;
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
    add_source(text, network->ipv4_source);
}

static void add_router(struct text *text, const ip_addr_t *router)
{
    text_add(text, " gateway ");
    network_add_address(text, router);
}

static void add_routers(const struct network *network, struct text *text)
{
    if (network->setting.ipv6.has_gateway) {
        add_router(text, &network->ipv6_gateway);
        return;
    }
    for (size_t i = 0; i < LWIP_ND6_NUM_ROUTERS; i++) {
        ip_addr_t router = *IP6_ADDR_ANY;

        if (!default_router_list[i].neighbor_entry)
            continue;
        ip_addr_copy_from_ip6(router, default_router_list[i].neighbor_entry->next_hop_address);
        add_router(text, &router);
    }
}

static void describe_ipv6(const struct network *network, struct text *text)
{
    const struct netif *netif = &network->netif;

    for (s8_t i = 1; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (!ip6_addr_isvalid(netif_ip6_addr_state(netif, i)))
            continue;
        text_add(text, separator(text));
        network_add_address(text, netif_ip_addr6(netif, i));
        text_add(text, "/64");
        add_routers(network, text);
        add_source(text, netif_ip6_addr_isstatic(netif, i) ? NETWORK_FIXED : NETWORK_ROUTER);
    }
}

void network_describe(const struct network *network, struct text *text)
{
    char memory[1024], servers_memory[NAME_SERVERS_MOST * 64];
    struct text description = TEXT(memory);
    struct text servers = TEXT(servers_memory);

    if (!ip4_addr_isany(netif_ip4_addr(&network->netif)))
        describe_ipv4(network, &description);
    describe_ipv6(network, &description);
    name_servers_add_with_sources(&network->name_servers, &servers);
    if (servers.size > 0) {
        text_add(&description, separator(&description));
        text_add(&description, "DNS ");
        text_add_bytes(&description, text_bytes(&servers));
    }
    text_add_bytes(text, text_bytes(&description));
}
