#include "name-servers.h"

#include "network-state.h"

const char *network_source_name(enum network_source source)
{
    static const char *const names[NETWORK_SOURCES] = {
        [NETWORK_FIXED] = "ip=",     [NETWORK_DHCP] = "DHCP",     [NETWORK_LEASE] = "earlier lease",
        [NETWORK_DHCPV6] = "DHCPv6", [NETWORK_ROUTER] = "router",
    };

    return names[source];
}

void name_servers_set(struct name_servers *servers, enum network_source source,
                      const struct ip_setting *setting)
{
    for (size_t i = 0; i < NAME_SERVERS_EACH; i++)
        servers->named[source][i] = i < setting->name_server_count
                                        ? network_address(&setting->name_servers[i])
                                        : *IP_ADDR_ANY;
}

static bool is_listed(const ip_addr_t *list, size_t count, const ip_addr_t *server)
{
    for (size_t i = 0; i < count; i++)
        if (ip_addr_eq(&list[i], server))
            return true;
    return false;
}

/* The servers and, when ret_sources is not NULL, who named each of them. */
static size_t list_all(const struct name_servers *servers, ip_addr_t *ret_list,
                       enum network_source *ret_sources)
{
    size_t count = 0;

    for (size_t source = 0; source < NETWORK_SOURCES; source++) {
        for (size_t i = 0; i < NAME_SERVERS_EACH; i++) {
            const ip_addr_t *server = &servers->named[source][i];

            if (ip_addr_isany(server) || is_listed(ret_list, count, server))
                continue;
            if (ret_sources)
                ret_sources[count] = (enum network_source)source;
            ret_list[count++] = *server;
        }
    }
    return count;
}

size_t name_servers_list(const struct name_servers *servers, ip_addr_t ret_list[NAME_SERVERS_MOST])
{
    return list_all(servers, ret_list, NULL);
}

static void add_all(const struct name_servers *servers, struct text *text, bool with_sources)
{
    ip_addr_t list[NAME_SERVERS_MOST];
    enum network_source sources[NAME_SERVERS_MOST];
    size_t count = list_all(servers, list, sources);

    for (size_t i = 0; i < count; i++) {
        text_add(text, i > 0 ? ", " : "");
        network_add_address(text, &list[i]);
        if (!with_sources)
            continue;
        text_add(text, " (");
        text_add(text, network_source_name(sources[i]));
        text_add(text, ")");
    }
}

void name_servers_add(const struct name_servers *servers, struct text *text)
{
    add_all(servers, text, false);
}

void name_servers_add_with_sources(const struct name_servers *servers, struct text *text)
{
    add_all(servers, text, true);
}
