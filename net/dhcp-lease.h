/*
 * A DHCPACK that somebody before us received (RFC 2131, 2132): what it assigned to this
 * machine, so that pivotboot can go on with it where the DHCP server answers no more.
 */
#ifndef NET_DHCP_LEASE_H
#define NET_DHCP_LEASE_H

#include "ip-setting.h"
#include "link.h"

/*
 * packet: the BOOTP message with its options, untrusted. False when it is no DHCPACK with an
 * address for mac; else *ret_lease has an IPv4 address and name servers, and nothing is to be
 * asked for.
 */
bool dhcp_lease_read(struct bytes packet, const uint8_t mac[LINK_MAC_BYTES],
                     struct ip_setting *ret_lease);

#endif
