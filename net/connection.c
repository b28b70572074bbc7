#include "connection.h"

static err_t connection_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct connection *connection = argument;

    (void)pcb;
    (void)error; /* always ERR_OK, says lwIP */
    connection->state = CONNECTION_OPEN;
    return ERR_OK;
}

static err_t connection_received(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf,
                                 err_t error)
{
    struct connection *connection = argument;

    (void)pcb;
    (void)error;
    if (!pbuf) {
        connection->state = CONNECTION_ENDED;
        return ERR_OK;
    }
    for (const struct pbuf *part = pbuf; part; part = part->next)
        connection->received(connection->context, (struct bytes){ part->payload, part->len });
    connection->unacknowledged_bytes += pbuf->tot_len;
    pbuf_free(pbuf);
    return ERR_OK;
}

/* lwIP has freed the pcb already. */
static void connection_failed(void *argument, err_t error)
{
    struct connection *connection = argument;
    bool connecting = connection->state == CONNECTION_CONNECTING;

    connection->pcb = NULL;
    if (error != ERR_RST)
        connection->state = CONNECTION_LOST;
    else
        connection->state = connecting ? CONNECTION_REFUSED : CONNECTION_RESET;
}

enum status connection_open(struct connection *connection, const ip_addr_t *address, uint16_t port,
                            void (*received)(void *context, struct bytes bytes), void *context)
{
    struct tcp_pcb *pcb = tcp_new();
    err_t error;

    *connection = (struct connection){
        .address = *address,
        .port = port,
        .received = received,
        .context = context,
    };
    if (!pcb)
        return STATUS_OUT_OF_MEMORY;
    tcp_arg(pcb, connection);
    tcp_recv(pcb, connection_received);
    tcp_err(pcb, connection_failed);
    connection->pcb = pcb;
    connection->state = CONNECTION_CONNECTING;
    error = tcp_connect(pcb, address, port, connection_connected);
    if (error != ERR_OK) {
        connection_abort(connection);
        return error == ERR_RTE ? STATUS_NET_CONNECT : STATUS_OUT_OF_MEMORY;
    }
    return STATUS_OK;
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
    while (connection->pcb && connection->unacknowledged_bytes > 0) {
        u16_t part = (u16_t)LWIP_MIN(connection->unacknowledged_bytes, UINT16_MAX);

        tcp_recved(connection->pcb, part);
        connection->unacknowledged_bytes -= part;
    }
}

static struct tcp_pcb *connection_detach(struct connection *connection)
{
    struct tcp_pcb *pcb = connection->pcb;

    connection->pcb = NULL;
    connection->state = CONNECTION_CLOSED;
    if (!pcb)
        return NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_err(pcb, NULL);
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
