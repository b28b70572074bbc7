#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lwip/netif.h>

#include "net/network.h"
#include "peer-servers.h"

/* The peer's clock runs faster, so that nobody waits long for its retransmissions. */
#define PEER_TURN_MS 20

/* ---- platform and link --------------------------------------------------------------------- */

static uint64_t clock_ms;

static uint64_t platform_now_ms(struct net_platform *platform)
{
    (void)platform;
    return clock_ms;
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

/* Says that it is the other end's turn: no frame is so short. */
static const uint8_t turn_message[1];

static bool end_send(int fd, struct bytes message)
{
    return send(fd, message.data, message.size, MSG_NOSIGNAL) == (ssize_t)message.size;
}

static enum status link_send(struct link *link, struct bytes frame)
{
    return end_send(((struct peer_link *)link)->fd, frame) ? STATUS_OK : STATUS_NET_DEVICE;
}

/*
 * Whoever has received everything has had its turn, and waits until the other end has had its
 * own. So each turn sees all that the other end has sent in answer to the last one, however
 * long the processor was away.
 */
static enum status link_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    struct peer_link *end = (struct peer_link *)link;
    ssize_t size;

    *ret_size = 0;
    if (end->has_turn && !end_send(end->fd, (struct bytes){ turn_message, sizeof(turn_message) }))
        return STATUS_NET_DEVICE;
    end->has_turn = false;
    /* A reset (the other end closed before it had read everything) is only told once. */
    do
        size = recv(end->fd, frame.data, frame.size, 0);
    while (size < 0 && (errno == ECONNRESET || errno == EINTR));
    if (size <= 0)
        return STATUS_NET_DEVICE;
    end->has_turn = size == sizeof(turn_message);
    if (end->has_turn)
        clock_ms += end->turn_ms;
    else
        *ret_size = (size_t)size;
    return STATUS_OK;
}

static struct peer_link link_at(int fd, uint8_t mac_end, bool has_turn, unsigned int turn_ms)
{
    return (struct peer_link){
        .link = { .mac = { 0x52, 0x54, 0x00, 0x12, 0x34, mac_end },
                  .mtu_bytes = 1500,
                  .send = link_send,
                  .receive = link_receive },
        .fd = fd,
        .has_turn = has_turn,
        .turn_ms = turn_ms,
    };
}

struct peer_link peer_link(const struct peer *peer)
{
    return link_at(peer->fd, 2, true, 1);
}

uint8_t peer_filler(uint64_t offset)
{
    return (uint8_t)('A' + (offset * UINT64_C(0x9e3779b97f4a7c15) >> 40) % 50);
}

/* ---- the process --------------------------------------------------------------------------- */

static enum status peer_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    enum status st = link_receive(link, frame, ret_size);

    peer_router_sees((struct bytes){ frame.data, *ret_size });
    return st;
}

void peer_listen_udp(u16_t port, udp_recv_fn received)
{
    struct udp_pcb *pcb = udp_new();

    if (!pcb || udp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK)
        abort();
    udp_recv(pcb, received, NULL);
}

static void peer_run(int fd, const struct peer_page *pages, enum peer_dhcp dhcp,
                     enum peer_router router)
{
    struct net_platform platform = peer_platform();
    struct peer_link link = link_at(fd, 1, false, PEER_TURN_MS);
    struct network *network;
    ip4_addr_t address, netmask, none = { 0 };

    link.link.receive = peer_receive;
    if (network_open(&platform, &link.link, &network))
        abort();
    IP4_ADDR(&address, 10, 0, 0, 1);
    IP4_ADDR(&netmask, 255, 255, 255, 0);
    netif_set_addr(netif_default, &address, &netmask, &none);
    peer_serve_dhcp(dhcp);
    peer_serve_router(router);
    peer_serve_dns();
    peer_serve_http(pages);
    while (!network_poll(network))
        peer_router_answers();
    _exit(0);
}

struct peer peer_start(const struct peer_page *pages, enum peer_dhcp dhcp, enum peer_router router)
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
        peer_run(ends[1], pages, dhcp, router);
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
