/*
 * The DNS servers that a network has, by who named them. lwIP's DHCP, DHCPv6 and neighbor
 * discovery report theirs through dns_setserver(), each as if the others did not exist; here
 * none takes another's place.
 */
#ifndef NET_NAME_SERVERS_H
#define NET_NAME_SERVERS_H

#include <lwip/ip_addr.h>

#include "../payload/text.h"
#include "ip-setting.h"

/* Who said what about the network. */
enum network_source {
    NETWORK_FIXED, /* `ip=` */
    NETWORK_DHCP,
    NETWORK_LEASE, /* the DHCP server, to whoever started us */
    NETWORK_DHCPV6,
    NETWORK_ROUTER, /* a router's advertisement */
    NETWORK_SOURCES,
};

#define NAME_SERVERS_EACH IP_NAME_SERVERS_MOST
#define NAME_SERVERS_MOST (NETWORK_SOURCES * NAME_SERVERS_EACH)

struct name_servers {
    ip_addr_t named[NETWORK_SOURCES][NAME_SERVERS_EACH]; /* "any" where there is none */
};

/* How a source is called in messages: "DHCP". */
const char *network_source_name(enum network_source source);

/* Of a fixed setting or a lease: takes the place of what that source had named. */
void name_servers_set(struct name_servers *servers, enum network_source source,
                      const struct ip_setting *setting);

/* Writes all servers, each one once, in the order in which they are to be asked. */
size_t name_servers_list(const struct name_servers *servers, ip_addr_t ret_list[NAME_SERVERS_MOST]);

/* For messages: "10.0.2.3, fd00::3". */
void name_servers_add(const struct name_servers *servers, struct text *text);

/* The same with the sources: "10.0.2.3 (DHCP), fd00::3 (router)". */
void name_servers_add_with_sources(const struct name_servers *servers, struct text *text);

#endif
