#include <stdlib.h>

#include <lwip/tcp.h>

#include "peer-servers.h"

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

static const struct peer_page *pages;

#define REQUEST_END "\r\n\r\n"

static err_t visitor_next(struct visitor *visitor, struct tcp_pcb *pcb);

/* Requests may have come while an earlier one was answered. */
static void visitor_forget_request(struct visitor *visitor)
{
    const char *end = strstr(visitor->request, REQUEST_END) + strlen(REQUEST_END);

    visitor->request_size -= (size_t)(end - visitor->request);
    memmove(visitor->request, end, visitor->request_size + 1);
}

static err_t visitor_leave(struct visitor *visitor, struct tcp_pcb *pcb)
{
    enum peer_ending ending = visitor->answer.ending;

    if (ending == PEER_STAY || ending == PEER_TIRE) {
        visitor->tired = ending == PEER_TIRE;
        visitor->answering = false;
        visitor->sent = 0;
        visitor_forget_request(visitor);
        return visitor_next(visitor, pcb);
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
    for (const struct peer_page *page = pages; page->path; page++) {
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

static err_t visitor_next(struct visitor *visitor, struct tcp_pcb *pcb)
{
    if (!strstr(visitor->request, REQUEST_END))
        return ERR_OK;
    visitor_asks(visitor);
    return visitor_serve(visitor, pcb);
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
    return visitor->answering ? ERR_OK : visitor_next(visitor, pcb);
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

void peer_serve_http(const struct peer_page *served)
{
    struct tcp_pcb *listener = tcp_new();

    pages = served;
    if (!listener || tcp_bind(listener, IP_ANY_TYPE, 80) != ERR_OK)
        abort();
    tcp_accept(tcp_listen(listener), visitor_comes);
}
