#include "connection.h"

#include "network-state.h"
#include "parallel.h"

/* Between two addresses (RFC 8305, section 5). */
#define ATTEMPT_DELAY_MS 300

/*
 * Bytes that a server may send ahead at first: QEMU's user network stalls with several MiB. On a
 * long path several connections get up to speed at once, with time enough to follow them: what
 * they may send ahead together, the path's queues have to hold.
 */
#define WINDOW_FIRST_BYTES      (512 * 1024)
#define WINDOW_FIRST_LONG_BYTES (80 * 1024)

static err_t connection_received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf,
                                 err_t error)
{
    struct connection *connection = argument;

    (void)error;
    if (!pbuf) {
        connection->state = CONNECTION_ENDED;
        return ERR_OK;
    }
    for (const struct pbuf *part = pbuf; part; part = part->next)
        connection->received(connection->context, (struct bytes){ part->payload, part->len });
    connection->unacknowledged_bytes += pbuf->tot_len;
    pbuf_free(pbuf);
    /*
     * lwIP is about to answer each second segment; connection_acknowledge answers all that
     * arrived together at once. What came out of order, or twice, is none of this: it is not
     * handed on here, and answered as ever.
     */
    tcp_clear_flags(pcb, TF_ACK_NOW);
    tcp_set_flags(pcb, TF_ACK_DELAY);
    return ERR_OK;
}

/* lwIP has freed the pcb already. */
static void connection_failed(void *argument, err_t error)
{
    struct connection *connection = argument;

    connection->pcb = NULL;
    connection->state = error == ERR_RST ? CONNECTION_RESET : CONNECTION_LOST;
}

static void detach(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_err(pcb, NULL);
}

static void attempts_end(struct connection *connection)
{
    network_task_remove(connection->network, &connection->task);
    for (size_t i = 0; i < connection->addresses.count; i++) {
        struct tcp_pcb *pcb = connection->attempts[i].pcb;

        connection->attempts[i].pcb = NULL;
        if (!pcb)
            continue;
        detach(pcb);
        tcp_abort(pcb);
    }
}

/*
 * lwIP has just set the window to the largest that there is; the acknowledgement that tells the
 * server so has not left yet. A server that cannot scale windows gets what lwIP made of it.
 */
static void begin_window(struct connection *connection, struct tcp_pcb *pcb, uint64_t begun_ms)
{
    uint64_t now_ms = network_now(connection->network), trip_ms = now_ms - begun_ms;

    /* Whose answer it is that came after a repetition, nobody knows (RFC 6298, section 3). */
    if (pcb->nrtx > 0)
        trip_ms = 0;
    else if (trip_ms == 0)
        trip_ms = 1;
    connection->trip_ms = (uint32_t)trip_ms;
    window_init(&connection->window, (uint32_t)trip_ms,
                trip_ms >= PARALLEL_LONG_TRIP_MS ? WINDOW_FIRST_LONG_BYTES : WINDOW_FIRST_BYTES,
                TCP_WND_MAX(pcb), (uint32_t)now_ms);
    pcb->rcv_wnd = pcb->rcv_ann_wnd = connection->window.bytes;
}

static err_t attempt_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct connection_attempt *attempt = argument;
    struct connection *connection = attempt->connection;

    (void)error; /* always ERR_OK, says lwIP */
    attempt->pcb = NULL;
    attempts_end(connection);
    tcp_arg(pcb, connection);
    tcp_recv(pcb, connection_received);
    tcp_err(pcb, connection_failed);
    connection->pcb = pcb;
    connection->address = connection->addresses.list[attempt - connection->attempts];
    connection->state = CONNECTION_OPEN;
    begin_window(connection, pcb, attempt->begun_ms);
    network_prove(connection->network, &connection->address);
    return ERR_OK;
}

/* lwIP has freed the pcb already. There is no reason to wait with the next address. */
static void attempt_failed(void *argument, err_t error)
{
    struct connection_attempt *attempt = argument;

    attempt->pcb = NULL;
    attempt->connection->refused |= error == ERR_RST;
    attempt->connection->next_ms = 0;
}

/* False without memory. An address that lwIP finds no way to is over at once. */
static bool attempt_begin(struct connection *connection, size_t index)
{
    struct connection_attempt *attempt = &connection->attempts[index];
    struct tcp_pcb *pcb = tcp_new();

    if (!pcb)
        return false;
    attempt->begun = true;
    attempt->begun_ms = network_now(connection->network);
    attempt->connection = connection;
    tcp_arg(pcb, attempt);
    tcp_err(pcb, attempt_failed);
    connection->address = connection->addresses.list[index];
    switch (tcp_connect(pcb, &connection->address, connection->port, attempt_connected)) {
    case ERR_OK:
        attempt->pcb = pcb;
        return true;
    case ERR_RTE:
        detach(pcb);
        tcp_abort(pcb);
        return true;
    default:
        detach(pcb);
        tcp_abort(pcb);
        return false;
    }
}

/* Begins with the next address that has a way, and says what there is to wait for. */
static enum status attempts_move(struct connection *connection, uint64_t now_ms)
{
    bool waiting = false, tried = false;

    connection->next_ms = now_ms;
    for (size_t i = 0; i < connection->addresses.count; i++) {
        enum network_way way = network_way_to(connection->network, &connection->addresses.list[i]);

        if (connection->attempts[i].begun) {
            waiting |= connection->attempts[i].pcb != NULL;
            tried = true;
        } else if (way == NETWORK_WAY_LATER) {
            waiting = true;
        } else if (way == NETWORK_WAY_OPEN) {
            connection->next_ms = now_ms + ATTEMPT_DELAY_MS;
            return attempt_begin(connection, i) ? STATUS_OK : STATUS_OUT_OF_MEMORY;
        }
    }
    if (waiting)
        return STATUS_OK;
    attempts_end(connection);
    if (!tried)
        connection->state = CONNECTION_NO_WAY;
    else
        connection->state = connection->refused ? CONNECTION_REFUSED : CONNECTION_LOST;
    return STATUS_OK;
}

static void attempts_run(struct network_task *task, uint64_t now_ms)
{
    struct connection *connection = (struct connection *)task;

    /* Without memory now, another frame's end may free some before it is tried again. */
    if (now_ms >= connection->next_ms && attempts_move(connection, now_ms))
        connection->next_ms = now_ms + ATTEMPT_DELAY_MS;
}

/* Addresses that have accepted a connection before come first, in their order. */
static void sort_addresses(const struct network *network, struct host_addresses *addresses)
{
    size_t front = 0;

    for (size_t i = 0; i < addresses->count; i++) {
        ip_addr_t address = addresses->list[i];

        if (!network_is_proven(network, &address))
            continue;
        memmove(&addresses->list[front + 1], &addresses->list[front],
                (i - front) * sizeof(address));
        addresses->list[front++] = address;
    }
}

enum status connection_open(struct connection *connection, struct network *network,
                            const struct host_addresses *addresses, uint16_t port,
                            void (*received)(void *context, struct bytes bytes), void *context)
{
    enum status st;

    *connection = (struct connection){
        .task = { .run = attempts_run },
        .network = network,
        .addresses = *addresses,
        .address = addresses->list[0],
        .port = port,
        .state = CONNECTION_CONNECTING,
        .received = received,
        .context = context,
    };
    sort_addresses(network, &connection->addresses);
    network_task_add(network, &connection->task);
    st = attempts_move(connection, network_now(network));
    if (st)
        connection_abort(connection);
    return st;
}

enum status connection_send(struct connection *connection, struct bytes bytes)
{
    if (bytes.size > tcp_sndbuf(connection->pcb) ||
        tcp_write(connection->pcb, bytes.data, (u16_t)bytes.size, TCP_WRITE_FLAG_COPY) != ERR_OK)
        return STATUS_OUT_OF_MEMORY;
    /* What cannot leave at once stays queued, and lwIP's timer tries again. */
    tcp_output(connection->pcb);
    return STATUS_OK;
}

void connection_acknowledge(struct connection *connection)
{
    uint32_t bytes = connection->unacknowledged_bytes;

    if (!connection->pcb)
        return;
    connection->unacknowledged_bytes = 0;
    bytes += window_received(&connection->window, bytes,
                             connections_used(&connection->network->connections) > 1,
                             (uint32_t)network_now(connection->network));
    while (bytes > 0) {
        u16_t part = (u16_t)LWIP_MIN(bytes, UINT16_MAX);

        tcp_recved(connection->pcb, part);
        bytes -= part;
    }
    if ((connection->pcb->flags & TF_ACK_DELAY)) {
        tcp_set_flags(connection->pcb, TF_ACK_NOW);
        tcp_output(connection->pcb);
    }
}

static struct tcp_pcb *connection_detach(struct connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;

    if (connection->state == CONNECTION_CONNECTING)
        attempts_end(connection);
    connection->pcb = NULL;
    connection->state = CONNECTION_CLOSED;
    if (pcb)
        detach(pcb);
    return pcb;
}

void connection_close(struct connection *connection)
{
    struct tcp_pcb *pcb;

    connection_acknowledge(connection);
    pcb = connection_detach(connection);
    if (pcb && tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

void connection_abort(struct connection *connection)
{
    struct tcp_pcb *pcb = connection_detach(connection);

    if (pcb)
        tcp_abort(pcb);
}
