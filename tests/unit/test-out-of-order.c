/*
 * A server that sends everything but the next byte: what waits for it is bounded, and does not
 * keep it from arriving. The server is written by hand, a segment at a time.
 */
#include "http-get.h"
#include "net/link.h"
#include "net/network.h"
#include "peer.h"
#include "support.h"

#define BODY_BYTES 300000u
#define FLOOD      20000u /* segments of a byte each, no two of which touch */
#define MSS        1460u
#define FRAMES     6144u /* that there is memory for: see net/frames.h */

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n";
#define HEAD_BYTES (sizeof(head) - 1)

enum { ETHERNET = 14, IPV4 = 20, TCP = 20, SYN = 2, ACK = 16 };

struct server {
    struct net_platform platform;
    struct link link;
    uint64_t now_ms;
    unsigned int looks; /* for whether to stop */
    uint8_t next[200];  /* a frame that goes first */
    size_t next_bytes;
    uint16_t port;         /* the client's */
    uint32_t asked;        /* what the client sends next */
    bool answering;        /* the request is there */
    uint32_t acknowledged; /* what the client has, of head and body; 0: nothing */
    uint32_t flooded;      /* segments */
    uint32_t cursor;       /* where the server goes on after the flood */
};

static const uint8_t client_mac[LINK_MAC_BYTES] = { 2, 0, 0, 0, 0, 9 };
static const uint8_t server_mac[LINK_MAC_BYTES] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 9 }; /* the server's, the client's */

/* The server's sequence numbers: the SYN's, and that of the first byte. */
#define FIRST_SEQUENCE UINT32_C(0xfffffff0)

/* ---- frames ---------------------------------------------------------------------------------- */

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* RFC 1071; of an even number of bytes, or the last of several. */
static uint32_t sum(uint32_t start, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        start += i % 2 ? data[i] : (uint32_t)data[i] << 8;
    return start;
}

static uint32_t folded(uint32_t value)
{
    while (value >> 16)
        value = (value & 0xffff) + (value >> 16);
    return ~value;
}

static size_t write_ethernet(uint8_t *frame, uint32_t type)
{
    memcpy(frame, client_mac, LINK_MAC_BYTES);
    memcpy(frame + LINK_MAC_BYTES, server_mac, LINK_MAC_BYTES);
    put16(frame + 2 * LINK_MAC_BYTES, type);
    return ETHERNET;
}

/* offset: of the data, in head and body. SYN goes with the option of selective answers. */
static size_t write_segment(const struct server *server, uint8_t *frame, uint8_t flags,
                            uint32_t offset, struct bytes data)
{
    static const uint8_t options[] = { 2, 4, MSS >> 8, MSS & 0xff, 4, 2, 1, 1 };
    size_t options_bytes = flags & SYN ? sizeof(options) : 0;
    size_t tcp_bytes = TCP + options_bytes + data.size;
    uint8_t *ip = frame + write_ethernet(frame, 0x0800), *tcp = ip + IPV4;

    memset(ip, 0, IPV4 + TCP);
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(IPV4 + tcp_bytes));
    ip[8] = 64;
    ip[9] = 6;
    memcpy(ip + 12, addresses, sizeof(addresses));
    put16(ip + 10, folded(sum(0, ip, IPV4)));
    put16(tcp, 80);
    put16(tcp + 2, server->port);
    put32(tcp + 4, FIRST_SEQUENCE + (flags & SYN ? 0 : 1 + offset));
    put32(tcp + 8, server->asked);
    tcp[12] = (uint8_t)((TCP + options_bytes) / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, 60000);
    memcpy(tcp + TCP, options, options_bytes);
    memcpy(tcp + TCP + options_bytes, data.data, data.size);
    put16(tcp + 16,
          folded(sum(sum(6 + (uint32_t)tcp_bytes, addresses, sizeof(addresses)), tcp, tcp_bytes)));
    return ETHERNET + IPV4 + tcp_bytes;
}

static uint8_t content(uint32_t offset)
{
    return offset < HEAD_BYTES ? (uint8_t)head[offset] : (uint8_t)(offset * 7 + offset / 251);
}

static size_t write_content(const struct server *server, uint8_t *frame, uint32_t offset,
                            uint32_t size)
{
    uint8_t data[MSS];

    for (uint32_t i = 0; i < size; i++)
        data[i] = content(offset + i);
    return write_segment(server, frame, ACK, offset, (struct bytes){ data, size });
}

/* ---- the server's link ----------------------------------------------------------------------- */

static struct server *server_of(struct link *link)
{
    return (struct server *)((char *)link - offsetof(struct server, link));
}

static void answer_arp(struct server *server, const uint8_t *request)
{
    uint8_t *reply = server->next + write_ethernet(server->next, 0x0806);

    memcpy(reply, request, 8);
    reply[7] = 2;
    memcpy(reply + 8, server_mac, LINK_MAC_BYTES);
    memcpy(reply + 14, addresses, 4);
    memcpy(reply + 18, request + 8, 10);
    server->next_bytes = ETHERNET + 28;
}

static enum status server_gets(struct link *link, struct bytes frame)
{
    struct server *server = server_of(link);
    const uint8_t *ip = frame.data + ETHERNET, *tcp = ip + IPV4;
    size_t data_bytes;

    if (frame.data[13] == 6 && ip[7] == 1 && memcmp(ip + 24, addresses, 4) == 0)
        answer_arp(server, ip);
    if (frame.data[12] != 8 || frame.data[13] != 0 || ip[9] != 6)
        return STATUS_OK;
    if (tcp[13] & SYN) {
        server->port = (uint16_t)(tcp[0] << 8 | tcp[1]);
        server->asked = get32(tcp + 4) + 1;
        server->next_bytes = write_segment(server, server->next, SYN | ACK, 0, BYTES(""));
        return STATUS_OK;
    }
    server->acknowledged = get32(tcp + 8) - (FIRST_SEQUENCE + 1);
    data_bytes = (size_t)(ip[2] << 8 | ip[3]) - IPV4 - (size_t)(tcp[12] >> 4) * 4;
    server->asked += (uint32_t)data_bytes;
    server->answering |= data_bytes > 0;
    return STATUS_OK;
}

/* The next of the answer: its head, the flood, and then everything from what is missing on. */
static size_t write_next(struct server *server, uint8_t *frame)
{
    const uint32_t window = 60000, all = HEAD_BYTES + BODY_BYTES;
    uint32_t size = all - server->cursor;

    if (server->acknowledged < HEAD_BYTES)
        return write_content(server, frame, 0, HEAD_BYTES);
    if (server->flooded < FLOOD)
        return write_content(server, frame, HEAD_BYTES + 1 + 2 * server->flooded++, 1);
    if (size == 0 || server->cursor + MSS > server->acknowledged + window)
        return 0;
    if (size > MSS)
        size = MSS;
    server->cursor += size;
    return write_content(server, frame, server->cursor - size, size);
}

/* The clock goes on when nothing comes. */
static enum status server_gives(struct link *link, struct buffer frame, size_t *ret_size)
{
    struct server *server = server_of(link);

    *ret_size = server->next_bytes;
    memcpy(frame.data, server->next, server->next_bytes);
    server->next_bytes = 0;
    if (*ret_size == 0 && server->answering)
        *ret_size = write_next(server, frame.data);
    if (*ret_size > 0)
        return STATUS_OK;
    server->now_ms++;
    server->cursor = server->acknowledged;
    return STATUS_OK;
}

/* ---- the client's platform ------------------------------------------------------------------- */

static uint64_t now_ms(struct net_platform *platform)
{
    return ((struct server *)platform)->now_ms;
}

/* It takes some hundred looks. */
static bool aborted(struct net_platform *platform)
{
    return ++((struct server *)platform)->looks > 10000;
}

/* ---- the test -------------------------------------------------------------------------------- */

struct body {
    struct sink sink;
    uint32_t bytes;
};

static enum status body_begin(struct sink *sink, uint64_t size_bytes)
{
    (void)sink;
    assert_int_equal(size_bytes, BODY_BYTES);
    return STATUS_OK;
}

static enum status body_write(struct sink *sink, struct bytes bytes)
{
    struct body *body = (struct body *)sink;

    for (size_t i = 0; i < bytes.size; i++, body->bytes++)
        assert_int_equal(bytes.data[i], content(HEAD_BYTES + body->bytes));
    return STATUS_OK;
}

static enum status body_finish(struct sink *sink)
{
    assert_int_equal(((struct body *)sink)->bytes, BODY_BYTES);
    return STATUS_OK;
}

static void bounds_what_waits(void **state)
{
    struct server server = {
        .platform = peer_platform(),
        .link = { .mtu_bytes = 1500, .send = server_gets, .receive = server_gives },
    };
    struct ip_setting setting = { .dhcp = false };
    struct network_request configuration = { .setting = &setting, .timeout_ms = 1000 };
    struct body body = { .sink = { body_begin, body_write, body_finish } };
    struct http_request request = {
        .url = BYTES("http://10.0.0.1/x"),
        .body = &body.sink,
        .idle_timeout_ms = 60000,
        .total_timeout_ms = 60000,
    };
    struct detail detail, frames;
    struct network *network;

    (void)state;
    server.platform.now_ms = now_ms;
    server.platform.aborted = aborted;
    memcpy(server.link.mac, client_mac, LINK_MAC_BYTES);
    assert_status(ip_setting_add(&setting, BYTES("10.0.0.9:::24"), detail_clear(&detail)),
                  STATUS_OK);
    assert_status(network_open(&server.platform, &server.link, &network), STATUS_OK);
    assert_status(network_configure(network, &configuration, detail_clear(&detail)), STATUS_OK);
    assert_status(http_get(network, &request, detail_clear(&detail), NULL), STATUS_OK);
    assert_int_equal(server.flooded, FLOOD);

    /* All there is was used, and given up again for what could be used. */
    assert_true(FLOOD > FRAMES);
    network_describe_frames(network, detail_clear(&frames));
    assert_detail_has(&frames, "6144 of 6144 frames were in use at most; ");
    assert_in_range(network_heap_most_bytes(network), 1, network_heap_bytes(network));
    network_close(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_what_waits),
    };

    return cmocka_run_group_tests_name("out-of-order", tests, NULL, NULL);
}
