#include "dhcp-lease.h"

/* The message (RFC 2131, section 2), offsets and values. */
#define OPERATION       0
#define HARDWARE        1
#define HARDWARE_SIZE   2
#define YOUR_ADDRESS    16
#define CLIENT_HARDWARE 28
#define COOKIE          236
#define OPTIONS         240

#define OPERATION_REPLY   2
#define HARDWARE_ETHERNET 1

/* Options (RFC 2132). */
#define OPTION_PAD    0
#define OPTION_MASK   1
#define OPTION_ROUTER 3
#define OPTION_DNS    6
#define OPTION_TYPE   53
#define OPTION_END    255

#define TYPE_ACK 5

/* The data of the first option of a kind; empty when there is none. */
static struct bytes find_option(struct bytes packet, uint8_t kind)
{
    struct bytes rest = bytes_from(packet, OPTIONS);

    while (rest.size > 0 && rest.data[0] != OPTION_END) {
        size_t size;

        if (rest.data[0] == OPTION_PAD) {
            rest = bytes_from(rest, 1);
            continue;
        }
        if (rest.size < 2 || rest.data[1] > rest.size - 2)
            break;
        size = rest.data[1];
        if (rest.data[0] == kind)
            return bytes_first(bytes_from(rest, 2), size);
        rest = bytes_from(rest, 2 + size);
    }
    return (struct bytes){ NULL, 0 };
}

/* The address at an index of an option's list. */
static bool read_address(struct bytes list, size_t index, struct ip_address *ret_address)
{
    struct ip_address address = { .is_ipv6 = false };

    if (list.size / IPV4_BYTES <= index)
        return false;
    memcpy(address.bytes, list.data + index * IPV4_BYTES, IPV4_BYTES);
    *ret_address = address;
    return ip_address_is_unicast(&address);
}

static bool is_ack_for(struct bytes packet, const uint8_t *mac)
{
    static const uint8_t cookie[] = { 99, 130, 83, 99 };
    struct bytes type;

    if (packet.size <= OPTIONS || packet.data[OPERATION] != OPERATION_REPLY ||
        packet.data[HARDWARE] != HARDWARE_ETHERNET ||
        packet.data[HARDWARE_SIZE] != LINK_MAC_BYTES ||
        memcmp(packet.data + CLIENT_HARDWARE, mac, LINK_MAC_BYTES) != 0 ||
        memcmp(packet.data + COOKIE, cookie, sizeof(cookie)) != 0)
        return false;
    type = find_option(packet, OPTION_TYPE);
    return type.size == 1 && type.data[0] == TYPE_ACK;
}

bool dhcp_lease_read(struct bytes packet, const uint8_t mac[LINK_MAC_BYTES],
                     struct ip_setting *ret_lease)
{
    struct ip_setting lease = { .ipv4.given = true };
    struct bytes mask, servers;

    if (!is_ack_for(packet, mac) ||
        !read_address((struct bytes){ packet.data + YOUR_ADDRESS, IPV4_BYTES }, 0,
                      &lease.ipv4.address))
        return false;
    mask = find_option(packet, OPTION_MASK);
    if (mask.size != IPV4_BYTES || !ip_mask_prefix_bits(mask.data, &lease.ipv4.prefix_bits))
        lease.ipv4.prefix_bits = ip_class_prefix_bits(&lease.ipv4.address);
    lease.ipv4.has_gateway =
        read_address(find_option(packet, OPTION_ROUTER), 0, &lease.ipv4.gateway);
    servers = find_option(packet, OPTION_DNS);
    for (size_t i = 0; i < servers.size / IPV4_BYTES; i++)
        if (lease.name_server_count < IP_NAME_SERVERS_MOST &&
            read_address(servers, i, &lease.name_servers[lease.name_server_count]))
            lease.name_server_count++;
    *ret_lease = lease;
    return true;
}
