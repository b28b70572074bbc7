#include <stdlib.h>

#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/iana.h>

#include "peer-servers.h"

static enum peer_dhcp behaviour;

static uint8_t dhcp_type_of(const struct dhcp_msg *message, size_t size)
{
    const uint8_t *options = message->options;
    size_t end = size - offsetof(struct dhcp_msg, options);

    for (size_t i = 0; i + 2 < end && options[i] != DHCP_OPTION_END; i += 2u + options[i + 1])
        if (options[i] == DHCP_OPTION_MESSAGE_TYPE)
            return options[i + 2];
    return 0;
}

static void dhcp_received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                          const ip_addr_t *from, u16_t port)
{
    static const uint8_t options[] = {
        DHCP_OPTION_SERVER_ID,   4, 10,  0,   0,   1, DHCP_OPTION_LEASE_TIME, 4, 0,  0, 14, 16,
        DHCP_OPTION_SUBNET_MASK, 4, 255, 255, 255, 0, DHCP_OPTION_ROUTER,     4, 10, 0, 0,  1,
    };
    static const uint8_t dns[] = { DHCP_OPTION_DNS_SERVER, 4, 10, 0, 0, 1 };
    static const uint8_t dead_dns[] = { DHCP_OPTION_DNS_SERVER, 8, 10, 0, 0, 66, 10, 0, 0, 1 };
    struct dhcp_msg message;
    uint8_t *option = message.options;
    uint8_t type;
    struct pbuf *reply;

    (void)argument;
    (void)from;
    (void)port;
    memset(&message, 0, sizeof(message));
    type = dhcp_type_of(&message, pbuf_copy_partial(pbuf, &message, sizeof(message), 0));
    pbuf_free(pbuf);
    if (behaviour == PEER_DHCP_NONE || (behaviour == PEER_DHCP_OFFER && type != DHCP_DISCOVER))
        return;
    /* Nothing may be released: see network_close. */
    if (type == DHCP_RELEASE)
        abort();
    message.op = DHCP_BOOTREPLY;
    IP4_ADDR((ip4_addr_t *)&message.yiaddr, 10, 0, 0, 2);
    *option++ = DHCP_OPTION_MESSAGE_TYPE;
    *option++ = 1;
    *option++ = type == DHCP_DISCOVER ? DHCP_OFFER : DHCP_ACK;
    memcpy(option, options, sizeof(options));
    option += sizeof(options);
    if (behaviour == PEER_DHCP_DEAD_DNS) {
        memcpy(option, dead_dns, sizeof(dead_dns));
        option += sizeof(dead_dns);
    } else if (behaviour != PEER_DHCP_NO_DNS) {
        memcpy(option, dns, sizeof(dns));
        option += sizeof(dns);
    }
    *option = DHCP_OPTION_END;
    reply = pbuf_alloc(PBUF_TRANSPORT, sizeof(message), PBUF_RAM);
    pbuf_take(reply, &message, sizeof(message));
    udp_sendto_if(pcb, reply, IP_ADDR_BROADCAST, LWIP_IANA_PORT_DHCP_CLIENT, netif_default);
    pbuf_free(reply);
}

void peer_serve_dhcp(enum peer_dhcp dhcp)
{
    behaviour = dhcp;
    peer_listen_udp(LWIP_IANA_PORT_DHCP_SERVER, dhcp_received);
}
