#include <lwip/dhcp.h>
#include <lwip/dhcp6.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/stats.h>
#include <lwip/timeouts.h>
#include <lwip/udp.h>
#include <netif/ethernet.h>

#include "lwip-port.h"
#include "network-state.h"

/*
 * Frames handled in one network_poll, and so acknowledged together: few enough that the sender,
 * the timers and the caller's deadlines get their turn even when frames arrive faster than they
 * can be handled.
 */
#define NETWORK_BATCH_FRAMES 64

static struct network *network_of(struct netif *netif)
{
    return (struct network *)netif->state;
}

/*
 * A frame that cannot be sent is a lost frame, which is what every protocol above is made for;
 * links refuse frames when their queue is full, and the next one may pass.
 */
static err_t network_send(struct netif *netif, struct pbuf *pbuf)
{
    struct network *network = network_of(netif);
    uint8_t copy[LINK_FRAME_MAX_BYTES];
    struct bytes frame = { pbuf->payload, pbuf->tot_len };

    if (network->silent || frame.size > sizeof(copy))
        return ERR_IF;
    if (pbuf->next) {
        pbuf_copy_partial(pbuf, copy, pbuf->tot_len, 0);
        frame.data = copy;
    }
    if (network->link->send(network->link, frame)) {
        network->frames_unsent++;
        return ERR_IF;
    }
    network->frames_sent++;
    return ERR_OK;
}

static err_t network_netif_init(struct netif *netif)
{
    const struct link *link = network_of(netif)->link;

    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = link->mtu_bytes;
    netif->hwaddr_len = LINK_MAC_BYTES;
    memcpy(netif->hwaddr, link->mac, LINK_MAC_BYTES);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = network_send;
    return ERR_OK;
}

static void network_release(struct network *network)
{
    struct net_platform *platform = network->platform;

    platform->release(platform, network->heap);
    frames_release(&network->frames);
    platform->release(platform, network);
}

uint64_t network_now(const struct network *network)
{
    return network->platform->now_ms(network->platform);
}

void network_task_add(struct network *network, struct network_task *task)
{
    task->next = network->tasks;
    network->tasks = task;
}

void network_task_remove(struct network *network, struct network_task *task)
{
    struct network_task **link = &network->tasks;

    while (*link && *link != task)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = task->next;
    if (network->next_task == task)
        network->next_task = task->next;
}

static void network_tasks_run(struct network *network)
{
    uint64_t now = network_now(network);

    for (struct network_task *task = network->tasks; task; task = network->next_task) {
        network->next_task = task->next;
        task->run(task, now);
    }
}

static void network_timers_start(struct network *network)
{
    uint64_t now = network_now(network);

    for (int i = 0; i < lwip_num_cyclic_timers; i++)
        network->timer_due_ms[i] = now + lwip_cyclic_timers[i].interval_ms;
}

/*
 * A timer that is late (a caller that computed for a while) runs once, not once for each
 * interval missed: a burst of retransmissions helps nobody.
 */
static void network_timers_run(struct network *network)
{
    uint64_t now = network_now(network);

    for (int i = 0; i < lwip_num_cyclic_timers; i++) {
        if (now < network->timer_due_ms[i])
            continue;
        network->timer_due_ms[i] = now + lwip_cyclic_timers[i].interval_ms;
        lwip_cyclic_timers[i].handler();
    }
}

enum status network_open(struct net_platform *platform, struct link *link,
                         struct network **ret_network)
{
    struct network *network = platform->allocate(platform, sizeof(*network));

    if (!network)
        return STATUS_OUT_OF_MEMORY;
    memset(network, 0, sizeof(*network));
    network->platform = platform;
    network->link = link;
    network->heap = platform->allocate(platform, LWIP_PORT_HEAP_BYTES);
    if (!network->heap || frames_init(&network->frames, platform)) {
        network_release(network);
        return STATUS_OUT_OF_MEMORY;
    }

    /*
     * lwIP's state is global. network_close leaves all of its lists empty, so initialising
     * again is what makes a second network start from nothing, with an empty heap.
     */
    lwip_port_attach(platform, network->heap);
    memset(&lwip_stats, 0, sizeof(lwip_stats));
    lwip_init();
    if (!netif_add_noaddr(&network->netif, network, network_netif_init, ethernet_input)) {
        lwip_port_detach();
        network_release(network);
        return STATUS_OUT_OF_MEMORY;
    }
    netif_set_default(&network->netif);
    netif_set_up(&network->netif);
    netif_set_link_up(&network->netif);
    network_timers_start(network);
    *ret_network = network;
    return STATUS_OK;
}

/*
 * What arrived out of order waits for what is missing, and must not keep that from arriving:
 * the servers send it again (RFC 2018, section 8, allows to take back what was reported).
 */
static void network_drop_out_of_order(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (pcb->ooseq)
            tcp_free_ooseq(pcb);
}

static struct frame *network_take_frame(struct network *network)
{
    struct frame *frame = frames_take(&network->frames);

    if (frame)
        return frame;
    network_drop_out_of_order();
    return frames_take(&network->frames);
}

size_t network_heap_most_bytes(const struct network *network)
{
    (void)network; /* lwIP's state is global */
    return lwip_stats.mem.max;
}

size_t network_heap_bytes(const struct network *network)
{
    (void)network;
    return MEM_SIZE;
}

enum status network_poll(struct network *network)
{
    enum status st = STATUS_OK;

    for (int i = 0; i < NETWORK_BATCH_FRAMES; i++) {
        struct frame *frame = network_take_frame(network);
        struct buffer buffer;
        struct pbuf *pbuf;
        size_t size = 0;

        if (!frame)
            break;
        buffer = (struct buffer){ frame->bytes, sizeof(frame->bytes) };
        st = network->link->receive(network->link, buffer, &size);
        if (st || size == 0 || size > buffer.size) {
            frames_put_back(frame);
            break;
        }
        network->frames_received++;
        pbuf = frames_wrap(frame, size);
        if (network->netif.input(pbuf, &network->netif) != ERR_OK)
            pbuf_free(pbuf);
    }
    network_update_addresses(network);
    network_timers_run(network);
    network_tasks_run(network);
    return st;
}

void network_describe_frames(const struct network *network, struct text *text)
{
    text_add_u64(text, network->frames.most_used);
    text_add(text, " of ");
    text_add_u64(text, (uint64_t)FRAMES_IN_BLOCK * FRAMES_BLOCKS_MOST);
    text_add(text, " frames were in use at most; ");
    text_add_u64(text, network->frames_received);
    text_add(text, " frames received, ");
    text_add_u64(text, network->frames_sent);
    text_add(text, " sent");
}

static void network_drop_connections(void)
{
    while (tcp_active_pcbs)
        tcp_abort(tcp_active_pcbs);
    while (tcp_tw_pcbs)
        tcp_abort(tcp_tw_pcbs);
    while (tcp_bound_pcbs)
        tcp_abort(tcp_bound_pcbs);
}

void network_close(struct network *network)
{
    if (!network)
        return;
    /* The resets go out, so that servers need not wait for us; after them, nothing. */
    network_drop_connections();
    network->silent = true;
    dhcp_release_and_stop(&network->netif);
    dhcp_cleanup(&network->netif);
    dhcp6_disable(&network->netif);
    dhcp6_cleanup(&network->netif);
    netif_remove(&network->netif);
    while (udp_pcbs)
        udp_remove(udp_pcbs);
    lwip_port_detach();
    network_release(network);
}
