/*
 * What `ip=` says about the machine's addresses, in the kernel's syntax
 * (Documentation/admin-guide/nfs/nfsroot.rst), with IPv6 addresses in brackets as dracut(8)
 * writes them:
 *
 *     <client>:<server>:<gateway>:<netmask>:<host name>:<device>:<autoconf>:<dns0>:<dns1>:<ntp0>
 *
 * or only <autoconf>. server, host name, device and ntp0 mean nothing to a boot loader.
 */
#ifndef NET_IP_SETTING_H
#define NET_IP_SETTING_H

#include "../payload/status.h"
#include "../payload/text.h"
#include "ip-text.h"

/* How often `ip` may be given: once for each family and each way to get addresses. */
#define IP_SETTING_MOST 4

/* Name servers of all settings together. */
#define IP_NAME_SERVERS_MOST 3

/* The address of one family. */
struct ip_fixed {
    bool given;
    struct ip_address address;
    unsigned int prefix_bits; /* IPv6: 64 */
    bool has_gateway;
    struct ip_address gateway;
};

struct ip_setting {
    bool dhcp;  /* ask for an IPv4 address */
    bool slaac; /* take IPv6 addresses from routers' advertisements */
    struct ip_fixed ipv4, ipv6;
    struct ip_address name_servers[IP_NAME_SERVERS_MOST];
    size_t name_server_count;
};

/* Where nothing is said: everything by itself. */
void ip_setting_automatic(struct ip_setting *setting);

/*
 * Adds one `ip=` to a setting that is zero at first; what several of them say comes together.
 * An address of one family leaves the other family unconfigured unless another `ip` is for it.
 * Without a netmask IPv4 gets that of its class, as in the kernel. text: untrusted.
 * STATUS_IP_BAD: detail quotes the text and says what is wrong.
 */
enum status ip_setting_add(struct ip_setting *setting, struct bytes text, struct text *detail);

/* The length of the prefix of an IPv4 address's class; 0 for addresses that are in none. */
unsigned int ip_class_prefix_bits(const struct ip_address *ipv4);

/* The length of the prefix that a netmask stands for. False when its ones are not in front. */
bool ip_mask_prefix_bits(const uint8_t mask[IPV4_BYTES], unsigned int *ret_prefix_bits);

#endif
