/* IP addresses as people write them (RFC 4291 section 2.2, RFC 3986 section 3.2.2). */
#ifndef NET_IP_TEXT_H
#define NET_IP_TEXT_H

#include "../payload/bytes.h"
#include "../payload/text.h"

#define IPV4_BYTES 4
#define IPV6_BYTES 16

struct ip_address {
    bool is_ipv6;
    uint8_t bytes[IPV6_BYTES]; /* as on the wire; of IPv4 the first IPV4_BYTES, the rest zero */
};

/*
 * Four decimal numbers without leading zeros: what other programs read in strange ways
 * (1.2.3, 010.0.0.1, 0x7f.1) is none. text: untrusted. False when it is no address.
 */
bool ip_text_read_ipv4(struct bytes text, struct ip_address *ret_address);

/* Without brackets and without a zone; its end may be written as IPv4. */
bool ip_text_read_ipv6(struct bytes text, struct ip_address *ret_address);

/* Writes an address: IPv6 in small letters, the longest run of zeros as "::" (RFC 5952). */
void ip_text_add(struct text *text, const struct ip_address *address);

/* Whether it can be the address of one machine: not 0.0.0.0, ::, multicast, broadcast, mapped. */
bool ip_address_is_unicast(const struct ip_address *address);

#endif
