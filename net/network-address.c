#include <lwip/dhcp.h>
#include <lwip/dhcp6.h>
#include <lwip/nd6.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/dhcp6.h>
#include <lwip/prot/nd6.h>

#include "network-state.h"

/*
 * Once one family has an address, the other may get its own until so long after both asked: DHCP
 * before anything is fetched, a router (which many networks do not have) before a name is asked
 * for. DHCPv6 asks for name servers only when a router has answered.
 */
#define SETTLE_MS 50

/* Routers are asked three times, four seconds apart; one that has not answered is not there. */
#define ROUTER_PATIENCE_MS 10000

/*
 * DHCP is asked at once, after two seconds and after six. The lease that we may use instead is
 * some seconds old and for this very card, so there is little reason to wait longer.
 */
#define LEASE_PATIENCE_MS 7000

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

/* Whether one family still waits for the other. */
static bool is_early(const struct network *network)
{
    return network_now(network) - network->configuring_since_ms < SETTLE_MS;
}

bool network_is_settling(const struct network *network)
{
    return is_asking_routers(network) && is_early(network);
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

ip_addr_t network_address(const struct ip_address *address)
{
    ip_addr_t result;

    if (address->is_ipv6) {
        ip6_addr_t packed;

        memset(&result, 0, sizeof(result));
        memset(&packed, 0, sizeof(packed));
        memcpy(packed.addr, address->bytes, IPV6_BYTES);
        ip_addr_copy_from_ip6(result, packed);
    } else {
        ip4_addr_t packed;

        memset(&result, 0, sizeof(result));
        memcpy(&packed.addr, address->bytes, IPV4_BYTES);
        ip_addr_copy_from_ip4(result, packed);
    }
    return result;
}

static void accept_ipv6_addresses(struct netif *netif)
{
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (ip6_addr_istentative(netif_ip6_addr_state(netif, i)))
            netif_ip6_addr_set_state(netif, i, IP6_ADDR_PREFERRED);
}

static void assign_ipv4(struct network *network, const struct ip_fixed *fixed,
                        enum network_source source)
{
    ip_addr_t address = network_address(&fixed->address), gateway = *IP4_ADDR_ANY;
    ip4_addr_t netmask;

    if (fixed->has_gateway)
        gateway = network_address(&fixed->gateway);
    ip4_addr_set_u32(&netmask, lwip_htonl(UINT32_MAX << (32 - fixed->prefix_bits)));
    netif_set_addr(&network->netif, ip_2_ip4(&address), &netmask, ip_2_ip4(&gateway));
    network->ipv4_source = source;
}

static void use_lease(struct network *network)
{
    dhcp_release_and_stop(&network->netif);
    dhcp_cleanup(&network->netif);
    assign_ipv4(network, &network->lease.ipv4, NETWORK_LEASE);
    name_servers_set(&network->name_servers, NETWORK_LEASE, &network->lease);
}

void network_update_addresses(struct network *network)
{
    accept_ipv6_addresses(&network->netif);
    if (is_asking_dhcp(network) && network->lease.ipv4.given &&
        network_now(network) >= network->lease_due_ms)
        use_lease(network);
}

static void assign_ipv6(struct network *network)
{
    const struct ip_fixed *fixed = &network->setting.ipv6;
    ip_addr_t address = network_address(&fixed->address);
    s8_t index;

    if (fixed->has_gateway)
        network->ipv6_gateway = network_address(&fixed->gateway);

    /* There is room: the link-local address is the only one yet. */
    if (netif_add_ip6_address(&network->netif, ip_2_ip6(&address), &index) == ERR_OK)
        netif_ip6_addr_set_state(&network->netif, index, IP6_ADDR_PREFERRED);
}

static enum status ask_routers(struct netif *netif)
{
    if (dhcp6_enable_stateless(netif) != ERR_OK)
        return STATUS_OUT_OF_MEMORY;
    netif_set_ip6_autoconfig_enabled(netif, 1);
    nd6_restart_netif(netif);
    /* lwIP asks for a router with each fourth turn of this timer: the first time at once. */
    for (int i = 0; i < 4 && netif->rs_count == LWIP_ND6_MAX_MULTICAST_SOLICIT; i++)
        nd6_tmr();
    return STATUS_OK;
}

/* Begins whatever the setting wants. */
static enum status start(struct network *network)
{
    const struct ip_setting *setting = &network->setting;
    struct netif *netif = &network->netif;

    name_servers_set(&network->name_servers, NETWORK_FIXED, setting);
    if (setting->ipv4.given)
        assign_ipv4(network, &setting->ipv4, NETWORK_FIXED);
    if (setting->ipv6.given || setting->slaac)
        netif_create_ip6_linklocal_address(netif, 1);
    if (setting->ipv6.given)
        assign_ipv6(network);
    if (setting->dhcp && !setting->ipv4.given) {
        network->ipv4_source = NETWORK_DHCP;
        if (dhcp_start(netif) != ERR_OK)
            return STATUS_OUT_OF_MEMORY;
    }
    return setting->slaac ? ask_routers(netif) : STATUS_OK;
}

/* NULL: none has spoken. */
static const struct nd6_router_list_entry *find_router(void)
{
    for (size_t i = 0; i < LWIP_ND6_NUM_ROUTERS; i++)
        if (default_router_list[i].neighbor_entry)
            return &default_router_list[i];
    return NULL;
}

/* Nothing came of what a router said, so it named no prefix that addresses can be made of. */
static void say_router(const struct nd6_router_list_entry *router, struct text *detail)
{
    text_add(detail, ", and the IPv6 router names no prefix for addresses");
    if (router->flags & ND6_RA_FLAG_MANAGED_ADDR_CONFIG)
        text_add(detail, " (it refers to DHCPv6 for them, which is only asked for name servers: "
                         "give one with ip=)");
}

static void say_no_address(const struct network *network, uint32_t timeout_ms, struct text *detail)
{
    const struct dhcp *dhcp = netif_dhcp_data(&network->netif);
    const struct nd6_router_list_entry *router = network->setting.slaac ? find_router() : NULL;

    if (dhcp && dhcp->state == DHCP_STATE_REQUESTING)
        text_add(detail, "a DHCP offer came, but the server did not confirm it within ");
    else if (dhcp)
        text_add(detail, network->setting.slaac && !router
                             ? "no DHCP offer and no IPv6 router within "
                             : "no DHCP offer within ");
    else
        text_add(detail, router ? "no address within " : "no IPv6 router within ");
    text_add_u64(detail, timeout_ms / 1000);
    text_add(detail, " s");
    if (router)
        say_router(router, detail);
    text_add(detail, " (frames received: ");
    text_add_u64(detail, network->frames_received);
    if (network->frames_received == 0)
        text_add(detail, ", is the cable in the right port?");
    if (network->frames_unsent > 0) {
        text_add(detail, "; frames that could not be sent: ");
        text_add_u64(detail, network->frames_unsent);
    }
    text_add(detail, ")");
}

/* One family has its address; IPv4's, or IPv6's name servers, may come in a moment. */
static enum status settle(struct network *network)
{
    uint64_t servers_due_ms = network_now(network) + SETTLE_MS;
    enum status st = STATUS_OK;

    while (!st && ((is_asking_dhcp(network) && is_early(network)) ||
                   (is_asking_dhcpv6(network) && network_now(network) < servers_due_ms)))
        st = network_poll(network);
    return st;
}

enum status network_configure(struct network *network, const struct network_request *request,
                              struct text *detail)
{
    struct net_platform *platform = network->platform;
    uint64_t now_ms = network_now(network), deadline_ms = now_ms + request->timeout_ms;
    enum status st;

    network->setting = *request->setting;
    network->lease = request->lease ? *request->lease : (struct ip_setting){ .dhcp = false };
    network->configuring_since_ms = now_ms;
    network->lease_due_ms = now_ms + LWIP_MIN(LEASE_PATIENCE_MS, request->timeout_ms / 2);
    if ((st = start(network)))
        return st;
    while (!has_ipv4(&network->netif) && !has_ipv6(&network->netif)) {
        if ((st = network_poll(network)))
            return st;
        if (platform->aborted(platform))
            return STATUS_ABORTED;
        if (network_now(network) >= deadline_ms) {
            say_no_address(network, request->timeout_ms, detail);
            return STATUS_NET_NO_ADDRESS;
        }
    }
    return settle(network);
}
