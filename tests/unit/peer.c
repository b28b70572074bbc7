#include "peer-file.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lwip/icmp6.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip6.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/dhcp6.h>
#include <lwip/prot/dns.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/iana.h>
#include <lwip/prot/icmp6.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/nd6.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>

#include "net/network.h"

/* ---- platform and link --------------------------------------------------------------------- */

/* The peer's clock runs faster, so that nobody waits long for its retransmissions. */
static unsigned int platform_haste = 1;
#define PEER_HASTE 20

static uint64_t platform_now_ms(struct net_platform *platform)
{
    struct timespec time;

    (void)platform;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return ((uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000) * platform_haste;
}

static uint32_t platform_random(struct net_platform *platform)
{
    uint32_t value = 0;

    (void)platform;
    if (getrandom(&value, sizeof(value), 0) != sizeof(value))
        abort();
    return value;
}

static void *platform_allocate(struct net_platform *platform, size_t size)
{
    (void)platform;
    return aligned_alloc(16, (size + 15) & ~(size_t)15);
}

static void platform_release(struct net_platform *platform, void *memory)
{
    (void)platform;
    free(memory);
}

static bool platform_aborted(struct net_platform *platform)
{
    (void)platform;
    return false;
}

struct net_platform peer_platform(void)
{
    return (struct net_platform){ platform_now_ms, platform_random, platform_allocate,
                                  platform_release, platform_aborted };
}

/* A full socket drops the frame, as a wire would. */
static enum status link_send(struct link *link, struct bytes frame)
{
    (void)!send(((struct peer_link *)link)->fd, frame.data, frame.size, MSG_DONTWAIT);
    return STATUS_OK;
}

static enum status link_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    ssize_t size = recv(((struct peer_link *)link)->fd, frame.data, frame.size, MSG_DONTWAIT);

    *ret_size = size > 0 ? (size_t)size : 0;
    return STATUS_OK;
}

struct peer_link peer_link(int fd, uint8_t mac_end)
{
    return (struct peer_link){
        .link = { .mac = { 0x52, 0x54, 0x00, 0x12, 0x34, mac_end },
                  .mtu_bytes = 1500,
                  .send = link_send,
                  .receive = link_receive },
        .fd = fd,
    };
}

uint8_t peer_filler(uint64_t offset)
{
    return (uint8_t)('A' + (offset * UINT64_C(0x9e3779b97f4a7c15) >> 40) % 50);
}

/* ---- DHCP ---------------------------------------------------------------------------------- */

static enum peer_dhcp peer_dhcp;

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
    if (peer_dhcp == PEER_DHCP_NONE || (peer_dhcp == PEER_DHCP_OFFER && type != DHCP_DISCOVER))
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
    if (peer_dhcp == PEER_DHCP_DEAD_DNS) {
        memcpy(option, dead_dns, sizeof(dead_dns));
        option += sizeof(dead_dns);
    } else if (peer_dhcp != PEER_DHCP_NO_DNS) {
        memcpy(option, dns, sizeof(dns));
        option += sizeof(dns);
    }
    *option = DHCP_OPTION_END;
    reply = pbuf_alloc(PBUF_TRANSPORT, sizeof(message), PBUF_RAM);
    pbuf_take(reply, &message, sizeof(message));
    udp_sendto_if(pcb, reply, IP_ADDR_BROADCAST, LWIP_IANA_PORT_DHCP_CLIENT, netif_default);
    pbuf_free(reply);
}

/* ---- IPv6 router and DHCPv6 ---------------------------------------------------------------- */

#define PEER_IPV6(last) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last

static enum peer_router peer_router;
static bool peer_solicited; /* somebody looks for a router */

/* lwIP has no router: solicitations (RFC 4861, 4.1) are seen here. */
static enum status peer_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    enum status st = link_receive(link, frame, ret_size);
    const size_t type_offset = SIZEOF_ETH_HDR + IP6_HLEN;

    if (*ret_size > type_offset && frame.data[12] == 0x86 && frame.data[13] == 0xdd &&
        frame.data[SIZEOF_ETH_HDR + 6] == IP6_NEXTH_ICMP6 &&
        frame.data[type_offset] == ICMP6_TYPE_RS)
        peer_solicited = true;
    return st;
}

/* RFC 4861, 4.2 and 4.6.2; RFC 8106, 5.1. Times are long, for clocks that run faster. */
static void peer_advertise(void)
{
    const uint8_t flags = peer_router == PEER_ROUTER_DHCPV6 ? ND6_RA_FLAG_OTHER_CONFIG : 0;
    const uint8_t message[] = {
        ICMP6_TYPE_RA,
        0,
        0,
        0,
        64,
        flags,
        0x70,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0, /* lifetime, timers */
        3,
        4,
        64,
        0xc0,
        1,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        PEER_IPV6(0), /* prefix */
        25,
        3,
        0,
        0,
        1,
        0,
        0,
        0,
        PEER_IPV6(1), /* name server */
    };
    size_t size = peer_router == PEER_ROUTER_FULL ? sizeof(message) : sizeof(message) - 24;
    struct pbuf *pbuf = pbuf_alloc(PBUF_IP, (u16_t)size, PBUF_RAM);
    ip6_addr_t all_nodes;
    u16_t sum;

    ip6_addr_set_allnodes_linklocal(&all_nodes);
    pbuf_take(pbuf, message, (u16_t)size);
    sum = ip6_chksum_pseudo(pbuf, IP6_NEXTH_ICMP6, pbuf->tot_len, netif_ip6_addr(netif_default, 0),
                            &all_nodes);
    memcpy((uint8_t *)pbuf->payload + 2, &sum, sizeof(sum));
    ip6_output_if(pbuf, netif_ip6_addr(netif_default, 0), &all_nodes, 255, 0, IP6_NEXTH_ICMP6,
                  netif_default);
    pbuf_free(pbuf);
}

/* RFC 8415, 18.3.6; RFC 3646. */
static void dhcpv6_received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                            const ip_addr_t *from, u16_t port)
{
    uint8_t reply[] = { DHCP6_REPLY, 0, 0, 0, 0, DHCP6_OPTION_DNS_SERVERS, 0, 16, PEER_IPV6(1) };
    const uint8_t *request = pbuf->payload;
    struct pbuf *out = pbuf_alloc(PBUF_TRANSPORT, sizeof(reply), PBUF_RAM);

    (void)argument;
    if (pbuf->len < 4 || request[0] != DHCP6_INFOREQUEST)
        abort();
    memcpy(reply + 1, request + 1, 3);
    pbuf_free(pbuf);
    pbuf_take(out, reply, sizeof(reply));
    udp_sendto(pcb, out, from, port);
    pbuf_free(out);
}

static void peer_start_ipv6(void)
{
    const uint8_t address[] = { PEER_IPV6(1) };
    ip6_addr_t own, servers;
    s8_t index;

    netif_create_ip6_linklocal_address(netif_default, 1);
    memset(&own, 0, sizeof(own));
    memcpy(own.addr, address, sizeof(address));
    if (netif_add_ip6_address(netif_default, &own, &index) != ERR_OK)
        abort();
    netif_ip6_addr_set_state(netif_default, index, IP6_ADDR_PREFERRED);
    IP6_ADDR(&servers, PP_HTONL(0xff020000), 0, 0, PP_HTONL(0x00010002));
    if (mld6_joingroup_netif(netif_default, &servers) != ERR_OK)
        abort();
}

/* ---- DNS ----------------------------------------------------------------------------------- */

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

/* ---- HTTP ---------------------------------------------------------------------------------- */

struct visitor {
    bool answering; /* the request is complete */
    struct peer_answer answer;
    const char *head;
    size_t burst; /* sent since the last pause of a slow answer */
    char request[4096];
    size_t request_size;
    size_t sent; /* of the answer and its filler */
    bool tired;  /* the next request is answered by the end of the connection */
};

static const struct peer_page *peer_pages;

static err_t visitor_leave(struct visitor *visitor, struct tcp_pcb *pcb)
{
    enum peer_ending ending = visitor->answer.ending;

    if (ending == PEER_STAY || ending == PEER_TIRE) {
        visitor->tired = ending == PEER_TIRE;
        visitor->answering = false;
        visitor->request_size = visitor->sent = 0;
        return ERR_OK;
    }
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    tcp_err(pcb, NULL);
    free(visitor);
    if (ending == PEER_CLOSE && tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t visitor_serve(struct visitor *visitor, struct tcp_pcb *pcb)
{
    const struct peer_answer *answer = &visitor->answer;
    size_t head_size = strlen(visitor->head);
    size_t all = head_size + answer->bytes;
    uint8_t part[TCP_MSS];

    while (visitor->sent < all) {
        size_t count = LWIP_MIN(LWIP_MIN(sizeof(part), tcp_sndbuf(pcb)), all - visitor->sent);

        /* visitor_poll goes on. */
        if (answer->slow && visitor->burst >= PEER_SLOW_BYTES)
            return tcp_output(pcb);
        visitor->burst += count;

        for (size_t i = 0; i < count; i++, visitor->sent++)
            part[i] =
                visitor->sent < head_size
                    ? (uint8_t)visitor->head[visitor->sent]
                    : peer_file_byte(answer->first + visitor->sent - head_size, answer->version);
        if (count > 0 && tcp_write(pcb, part, (u16_t)count, TCP_WRITE_FLAG_COPY) == ERR_OK)
            continue;
        visitor->sent -= count;
        tcp_output(pcb);
        return ERR_OK;
    }
    tcp_output(pcb);
    /* A reset overtakes what is still queued: wait until it has been acknowledged. */
    if (answer->ending == PEER_RESET && (pcb->unacked || pcb->unsent))
        return ERR_OK;
    return visitor_leave(visitor, pcb);
}

static err_t visitor_poll(void *argument, struct tcp_pcb *pcb)
{
    struct visitor *visitor = argument;

    if (!visitor || !visitor->answering || !visitor->answer.slow)
        return ERR_OK;
    visitor->burst = 0;
    return visitor_serve(visitor, pcb);
}

static err_t visitor_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    (void)size;
    return ((struct visitor *)argument)->answering ? visitor_serve(argument, pcb) : ERR_OK;
}

static const struct peer_page *page_for(const char *request)
{
    for (const struct peer_page *page = peer_pages; page->path; page++) {
        size_t size = strlen(page->path);

        if (strncmp(request, "GET ", 4) == 0 && strncmp(request + 4, page->path, size) == 0 &&
            request[4 + size] == ' ')
            return page;
    }
    return NULL;
}

static void visitor_asks(struct visitor *visitor)
{
    static const struct peer_page unknown = { .answer = "HTTP/1.1 404 Not Found\r\n\r\n" };
    static const struct peer_page nothing = { .answer = "", .ending = PEER_RESET };
    const struct peer_page *page = visitor->tired ? &nothing : page_for(visitor->request);

    /* What every request has to have. */
    if (!page || !strstr(visitor->request, "\r\nHost: "))
        page = &unknown;
    visitor->answering = true;
    visitor->answer = (struct peer_answer){ .bytes = page->filler_bytes, .ending = page->ending };
    visitor->head = page->answer;
    if (page->file) {
        peer_file_answer(page->file, visitor->request, &visitor->answer);
        visitor->head = visitor->answer.head;
    }
}

static err_t visitor_received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
    struct visitor *visitor = argument;
    size_t room = sizeof(visitor->request) - 1 - visitor->request_size;

    (void)error;
    if (!pbuf) {
        visitor->answer.ending = PEER_CLOSE;
        return visitor_leave(visitor, pcb);
    }
    visitor->request_size += pbuf_copy_partial(pbuf, visitor->request + visitor->request_size,
                                               (u16_t)LWIP_MIN(room, UINT16_MAX), 0);
    visitor->request[visitor->request_size] = '\0';
    tcp_recved(pcb, pbuf->tot_len);
    pbuf_free(pbuf);
    if (visitor->answering || !strstr(visitor->request, "\r\n\r\n"))
        return ERR_OK;
    visitor_asks(visitor);
    return visitor_serve(visitor, pcb);
}

static void visitor_failed(void *argument, err_t error)
{
    (void)error;
    free(argument);
}

static err_t visitor_comes(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct visitor *visitor = calloc(1, sizeof(*visitor));

    (void)argument;
    if (error != ERR_OK || !visitor)
        return ERR_VAL;
    tcp_arg(pcb, visitor);
    tcp_recv(pcb, visitor_received);
    tcp_sent(pcb, visitor_sent);
    tcp_err(pcb, visitor_failed);
    /* In half seconds of the peer's hasty clock. */
    tcp_poll(pcb, visitor_poll, 1);
    return ERR_OK;
}

/* ---- the process --------------------------------------------------------------------------- */

static void peer_listen_udp(u16_t port, udp_recv_fn received)
{
    struct udp_pcb *pcb = udp_new();

    if (!pcb || udp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK)
        abort();
    udp_recv(pcb, received, NULL);
}

static void peer_run(int fd)
{
    struct net_platform platform = peer_platform();
    struct peer_link link = peer_link(fd, 1);
    struct network *network;
    struct tcp_pcb *listener;
    ip4_addr_t address, netmask, none = { 0 };

    link.link.receive = peer_receive;
    if (network_open(&platform, &link.link, &network))
        abort();
    IP4_ADDR(&address, 10, 0, 0, 1);
    IP4_ADDR(&netmask, 255, 255, 255, 0);
    netif_set_addr(netif_default, &address, &netmask, &none);
    if (peer_router != PEER_ROUTER_NONE)
        peer_start_ipv6();
    peer_listen_udp(LWIP_IANA_PORT_DHCP_SERVER, dhcp_received);
    peer_listen_udp(DHCP6_SERVER_PORT, dhcpv6_received);
    peer_listen_udp(DNS_SERVER_PORT, dns_received);
    listener = tcp_new();
    if (tcp_bind(listener, IP_ANY_TYPE, 80) != ERR_OK)
        abort();
    tcp_accept(tcp_listen(listener), visitor_comes);
    for (;;) {
        struct pollfd waiting = { .fd = fd, .events = POLLIN };

        poll(&waiting, 1, 10);
        if ((waiting.revents & POLLHUP) || network_poll(network))
            _exit(0);
        if (peer_solicited && peer_router != PEER_ROUTER_NONE)
            peer_advertise();
        peer_solicited = false;
    }
}

struct peer peer_start(const struct peer_page *pages, enum peer_dhcp dhcp)
{
    return peer_start_with(pages, dhcp, PEER_ROUTER_NONE);
}

struct peer peer_start_with(const struct peer_page *pages, enum peer_dhcp dhcp,
                            enum peer_router router)
{
    int ends[2];
    struct peer peer;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        abort();
    peer.fd = ends[0];
    peer.pid = fork();
    if (peer.pid < 0)
        abort();
    if (peer.pid == 0) {
        close(ends[0]);
        /* cmocka's handlers would go on with the parent's tests. */
        for (int i = 1; i < NSIG; i++)
            signal(i, SIG_DFL);
        platform_haste = PEER_HASTE;
        peer_pages = pages;
        peer_dhcp = dhcp;
        peer_router = router;
        peer_run(ends[1]);
    }
    close(ends[1]);
    return peer;
}

/* The child ends when its end of the wire hangs; if it ended in another way, so do we. */
void peer_stop(struct peer *peer)
{
    int state;

    close(peer->fd);
    if (waitpid(peer->pid, &state, 0) != peer->pid || !WIFEXITED(state) || WEXITSTATUS(state) != 0)
        abort();
}
