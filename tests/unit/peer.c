#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lwip/netif.h>
#include <lwip/prot/dhcp.h>
#include <lwip/prot/dns.h>
#include <lwip/prot/iana.h>
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
    if (peer_dhcp != PEER_DHCP_NO_DNS) {
        memcpy(option, dns, sizeof(dns));
        option += sizeof(dns);
    }
    *option = DHCP_OPTION_END;
    reply = pbuf_alloc(PBUF_TRANSPORT, sizeof(message), PBUF_RAM);
    pbuf_take(reply, &message, sizeof(message));
    udp_sendto_if(pcb, reply, IP_ADDR_BROADCAST, LWIP_IANA_PORT_DHCP_CLIENT, netif_default);
    pbuf_free(reply);
}

/* ---- DNS ----------------------------------------------------------------------------------- */

static void dns_received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf,
                         const ip_addr_t *from, u16_t port)
{
    /* a pointer to the name in the question, A, IN, 60 s, 4 bytes */
    uint8_t answer[] = { 0xc0, SIZEOF_DNS_HDR, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1 };
    uint8_t message[600] = { 0 };
    size_t size = pbuf_copy_partial(pbuf, message, 512, 0);
    const uint8_t *name = message + SIZEOF_DNS_HDR; /* a label's length, the label */
    struct dns_hdr *header = (struct dns_hdr *)message;
    bool known = true;
    struct pbuf *reply;

    (void)argument;
    pbuf_free(pbuf);
    if (memcmp(name + 1, "silent", 6) == 0)
        return;
    if (memcmp(name, "\4lost", 6) == 0)
        answer[sizeof(answer) - 1] = 77;
    else
        known = memcmp(name, "\4boot", 6) == 0;
    header->flags1 = DNS_FLAG1_RESPONSE;
    header->flags2 = known ? 0 : 3; /* NXDOMAIN */
    header->numanswers = lwip_htons(known);
    if (known) {
        memcpy(message + size, answer, sizeof(answer));
        size += sizeof(answer);
    }
    reply = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    pbuf_take(reply, message, (u16_t)size);
    udp_sendto(pcb, reply, from, port);
    pbuf_free(reply);
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

struct visitor {
    const struct peer_page *page; /* NULL until the request is complete */
    char request[4096];
    size_t request_size;
    size_t sent; /* of the answer and its filler */
    bool tired;  /* the next request is answered by the end of the connection */
};

static const struct peer_page *peer_pages;

static err_t visitor_leave(struct visitor *visitor, struct tcp_pcb *pcb)
{
    enum peer_ending ending = visitor->page->ending;

    if (ending == PEER_STAY || ending == PEER_TIRE) {
        visitor->tired = ending == PEER_TIRE;
        visitor->page = NULL;
        visitor->request_size = visitor->sent = 0;
        return ERR_OK;
    }
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    free(visitor);
    if (ending == PEER_CLOSE && tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t visitor_serve(struct visitor *visitor, struct tcp_pcb *pcb)
{
    const struct peer_page *page = visitor->page;
    size_t answer_size = strlen(page->answer);
    size_t all = answer_size + page->filler_bytes;
    uint8_t part[TCP_MSS];

    while (visitor->sent < all) {
        size_t count = LWIP_MIN(LWIP_MIN(sizeof(part), tcp_sndbuf(pcb)), all - visitor->sent);

        for (size_t i = 0; i < count; i++, visitor->sent++)
            part[i] = visitor->sent < answer_size ? (uint8_t)page->answer[visitor->sent]
                                                  : peer_filler(visitor->sent - answer_size);
        if (count > 0 && tcp_write(pcb, part, (u16_t)count, TCP_WRITE_FLAG_COPY) == ERR_OK)
            continue;
        visitor->sent -= count;
        tcp_output(pcb);
        return ERR_OK;
    }
    tcp_output(pcb);
    /* A reset overtakes what is still queued: wait until it has been acknowledged. */
    if (page->ending == PEER_RESET && (pcb->unacked || pcb->unsent))
        return ERR_OK;
    return visitor_leave(visitor, pcb);
}

static err_t visitor_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    (void)size;
    return ((struct visitor *)argument)->page ? visitor_serve(argument, pcb) : ERR_OK;
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

static err_t visitor_received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
    static const struct peer_page unknown = { "", "HTTP/1.1 404 Not Found\r\n\r\n", 0, PEER_CLOSE };
    static const struct peer_page nothing = { "", "", 0, PEER_RESET };
    struct visitor *visitor = argument;
    size_t room = sizeof(visitor->request) - 1 - visitor->request_size;

    (void)error;
    if (!pbuf) {
        visitor->page = &unknown;
        return visitor_leave(visitor, pcb);
    }
    visitor->request_size += pbuf_copy_partial(pbuf, visitor->request + visitor->request_size,
                                               (u16_t)LWIP_MIN(room, UINT16_MAX), 0);
    visitor->request[visitor->request_size] = '\0';
    tcp_recved(pcb, pbuf->tot_len);
    pbuf_free(pbuf);
    if (visitor->page || !strstr(visitor->request, "\r\n\r\n"))
        return ERR_OK;
    visitor->page = visitor->tired ? &nothing : page_for(visitor->request);
    /* What every request has to have. */
    if (!strstr(visitor->request, "\r\nHost: "))
        visitor->page = NULL;
    if (!visitor->page)
        visitor->page = &unknown;
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

    if (network_open(&platform, &link.link, &network))
        abort();
    IP4_ADDR(&address, 10, 0, 0, 1);
    IP4_ADDR(&netmask, 255, 255, 255, 0);
    netif_set_addr(netif_default, &address, &netmask, &none);
    peer_listen_udp(LWIP_IANA_PORT_DHCP_SERVER, dhcp_received);
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
    }
}

struct peer peer_start(const struct peer_page *pages, enum peer_dhcp dhcp)
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
