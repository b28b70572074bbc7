#include <lwip/prot/dns.h>

#include "peer-servers.h"

/* What follows the question; the names in it are pointers to the name in the question. */
struct dns_page {
    const char *name; /* in wire format, or its beginning */
    uint8_t last4;    /* of 10.0.0.x; 0: none */
    uint8_t last6;    /* of fd00::x; 0: none */
};

static const struct dns_page dns_pages[] = {
    { "\4boot", 1, 0 },     { "\4lost", 77, 0 }, { "\4both", 1, 1 },
    { "\5alias", 1, 1 },    { "\5only6", 0, 1 }, { "\7broken6", 1, 0x77 },
    { "\7broken4", 77, 1 }, { "\5mute6", 1, 0 }, { NULL, 0, 0 },
};

static size_t dns_add_alias(uint8_t *end)
{
    /* the asked name is an alias (5) of "x", at which the following record's name points */
    static const uint8_t record[] = {
        0xc0, SIZEOF_DNS_HDR, 0, 5, 0, 1, 0, 0, 0, 60, 0, 3, 1, 'x', 0
    };

    memcpy(end, record, sizeof(record));
    return sizeof(record);
}

/* Returns the record's size. */
static size_t dns_add_address(uint8_t *end, const struct dns_page *page, bool ipv6)
{
    const uint8_t head[] = { 0xc0, SIZEOF_DNS_HDR, 0, ipv6 ? 28 : 1, 0, 1, 0, 0, 0, 60,
                             0,    ipv6 ? 16 : 4 };
    const uint8_t address4[] = { 10, 0, 0, page->last4 }, address6[] = { PEER_IPV6(page->last6) };

    memcpy(end, head, sizeof(head));
    memcpy(end + sizeof(head), ipv6 ? address6 : address4, head[11]);
    return sizeof(head) + head[11];
}

static void dns_received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                         const ip_addr_t *from, u16_t port)
{
    uint8_t message[700] = { 0 };
    size_t size = pbuf_copy_partial(pbuf, message, 512, 0);
    const char *name = (const char *)message + SIZEOF_DNS_HDR; /* a label's length, the label */
    struct dns_hdr *header = (struct dns_hdr *)message;
    const struct dns_page *page = dns_pages;
    bool ipv6 = message[size - 3] == 28;
    struct pbuf *reply;
    u16_t answers = 0;

    (void)argument;
    pbuf_free(pbuf);
    while (page->name && memcmp(name, page->name, strlen(page->name) + 1) != 0)
        page++;
    if (memcmp(name + 1, "silent", 6) == 0 || (ipv6 && memcmp(name, "\5mute6", 7) == 0))
        return;
    header->flags1 = DNS_FLAG1_RESPONSE;
    if (memcmp(name + 1, "refused", 7) == 0) {
        header->flags2 = 5;
    } else if (memcmp(name + 1, "looping", 7) == 0) {
        const uint8_t loop[] = { 0xc0, (uint8_t)size, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4 };

        memcpy(message + size, loop, sizeof(loop));
        size += sizeof(loop);
        answers = 0xffff;
    } else if (!page->name) {
        header->flags2 = 3; /* there is no such name */
    } else if (ipv6 ? page->last6 : page->last4) {
        if (memcmp(name, "\5alias", 7) == 0) {
            size += dns_add_alias(message + size);
            answers++;
        }
        size += dns_add_address(message + size, page, ipv6);
        answers++;
    }
    header->numanswers = lwip_htons(answers);
    reply = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    pbuf_take(reply, message, (u16_t)size);
    udp_sendto(pcb, reply, from, port);
    pbuf_free(reply);
}

void peer_serve_dns(void)
{
    peer_listen_udp(DNS_SERVER_PORT, dns_received);
}
