/* ip_setting_add and dhcp_lease_read. Input: texts with line feeds between; or, a packet. */
#include <stdlib.h>

#include "net/dhcp-lease.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* What the network relies on. */
static void check(const struct ip_setting *setting)
{
    if (setting->ipv4.given) {
        require(!setting->ipv4.address.is_ipv6 && ip_address_is_unicast(&setting->ipv4.address));
        require(setting->ipv4.prefix_bits >= 1 && setting->ipv4.prefix_bits <= 32);
        require(!setting->ipv4.has_gateway || !setting->ipv4.gateway.is_ipv6);
    }
    if (setting->ipv6.given) {
        require(setting->ipv6.address.is_ipv6 && ip_address_is_unicast(&setting->ipv6.address));
        require(setting->ipv6.prefix_bits == 64);
        require(!setting->ipv6.has_gateway || setting->ipv6.gateway.is_ipv6);
    }
    require(setting->name_server_count <= IP_NAME_SERVERS_MOST);
    for (size_t i = 0; i < setting->name_server_count; i++)
        require(ip_address_is_unicast(&setting->name_servers[i]));
}

static void add_all(struct bytes rest)
{
    struct ip_setting setting = { .dhcp = false };

    while (rest.size > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        struct bytes line = bytes_first(rest, end ? (size_t)(end - rest.data) : rest.size);
        char memory[400];
        struct text detail = TEXT(memory);
        enum status st = ip_setting_add(&setting, line, &detail);

        require((st == STATUS_OK) == (detail.size == 0));
        if (st)
            return;
        require(setting.dhcp || setting.slaac || setting.ipv4.given || setting.ipv6.given);
        check(&setting);
        rest = bytes_from(rest, line.size + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes all = { data, size };
    uint8_t mac[LINK_MAC_BYTES] = { 0 };
    struct ip_setting lease;

    add_all(all);
    if (size >= 34)
        memcpy(mac, data + 28, sizeof(mac));
    if (dhcp_lease_read(all, mac, &lease)) {
        require(lease.ipv4.given && !lease.ipv6.given);
        check(&lease);
    }
    return 0;
}
