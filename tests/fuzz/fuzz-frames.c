/*
 * The whole network, lwIP included, against a wire on which anything may arrive: DHCP, routers,
 * names, and an HTTP request. Input: for each frame its length in two bytes (the high one first)
 * and its bytes; 0 for a while without a frame. Checksums are put right, so that they keep
 * nothing away; all random numbers are RANDOM, so that inputs can have the right answers.
 */
#include <stdlib.h>

#include "net/network.h"
#include "tests/unit/http-get.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RANDOM  0x01234567
#define STEP_MS 20

static struct {
    struct bytes input;
    bool gap; /* one frame, then none: each network_poll gets one */
    uint64_t now_ms;
    int blocks;
} wire;

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* ---- checksums (RFC 1071) ------------------------------------------------------------------- */

static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
    return sum;
}

static void put_sum(uint8_t *place, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    place[0] = (uint8_t)(~sum >> 8);
    place[1] = (uint8_t)~sum;
}

/* addresses: source and destination, next to each other. */
static void fix_transport(uint8_t protocol, const uint8_t *addresses, size_t addresses_size,
                          uint8_t *data, size_t size)
{
    size_t place = protocol == 6 ? 16 : protocol == 17 ? 6 : protocol == 58 ? 2 : size;
    uint32_t sum;

    if (place + 2 > size)
        return;
    data[place] = data[place + 1] = 0;
    sum = add_words(protocol + (uint32_t)size, addresses, addresses_size);
    put_sum(data + place, add_words(sum, data, size));
}

static void fix_ipv4(uint8_t *packet, size_t size)
{
    size_t header = (size_t)(packet[0] & 15) * 4, total = (size_t)packet[2] << 8 | packet[3];

    if (header < 20 || total < header || total > size)
        return;
    packet[10] = packet[11] = 0;
    put_sum(packet + 10, add_words(0, packet, header));
    fix_transport(packet[9], packet + 12, 8, packet + header, total - header);
}

static void fix_ipv6(uint8_t *packet, size_t size)
{
    size_t payload = (size_t)packet[4] << 8 | packet[5];

    if (payload <= size - 40)
        fix_transport(packet[6], packet + 8, 32, packet + 40, payload);
}

static void fix_sums(uint8_t *frame, size_t size)
{
    if (size >= 34 && frame[12] == 0x08 && frame[13] == 0x00)
        fix_ipv4(frame + 14, size - 14);
    if (size >= 54 && frame[12] == 0x86 && frame[13] == 0xdd)
        fix_ipv6(frame + 14, size - 14);
}

/* ---- platform and link ----------------------------------------------------------------------- */

static uint64_t now_ms(struct net_platform *platform)
{
    (void)platform;
    return wire.now_ms;
}

static uint32_t not_random(struct net_platform *platform)
{
    (void)platform;
    return RANDOM;
}

static void *allocate(struct net_platform *platform, size_t size)
{
    (void)platform;
    wire.blocks++;
    return aligned_alloc(16, (size + 15) & ~(size_t)15);
}

static void release(struct net_platform *platform, void *memory)
{
    (void)platform;
    wire.blocks -= memory != NULL;
    free(memory);
}

static bool aborted(struct net_platform *platform)
{
    (void)platform;
    return false;
}

static enum status send_nowhere(struct link *link, struct bytes frame)
{
    (void)link;
    require(frame.size >= 14 && frame.size <= LINK_FRAME_MAX_BYTES);
    return STATUS_OK;
}

static enum status receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    size_t size;

    (void)link;
    *ret_size = 0;
    wire.gap = !wire.gap;
    wire.now_ms += STEP_MS;
    if (wire.gap || wire.input.size < 2)
        return STATUS_OK;
    size = (size_t)wire.input.data[0] << 8 | wire.input.data[1];
    wire.input = bytes_from(wire.input, 2);
    if (size > wire.input.size)
        size = wire.input.size;
    if (size > frame.size)
        size = frame.size;
    if (size > 0)
        memcpy(frame.data, wire.input.data, size);
    wire.input = bytes_from(wire.input, size);
    fix_sums(frame.data, size);
    *ret_size = size;
    return STATUS_OK;
}

/* ---- the run -----------------------------------------------------------------------------------
 */

static enum status body_begin(struct sink *sink, uint64_t size_bytes)
{
    (void)sink;
    (void)size_bytes;
    return STATUS_OK;
}

static enum status body_write(struct sink *sink, struct bytes bytes)
{
    volatile uint8_t sum = 0;

    (void)sink;
    for (size_t i = 0; i < bytes.size; i++)
        sum = (uint8_t)(sum + bytes.data[i]);
    return STATUS_OK;
}

static enum status body_finish(struct sink *sink)
{
    (void)sink;
    return STATUS_OK;
}

static void use(struct network *network)
{
    struct sink body = { body_begin, body_write, body_finish };
    struct http_request http = {
        .url = BYTES("http://boot/x"),
        .body = &body,
        .idle_timeout_ms = 3000,
        .total_timeout_ms = 10000,
    };
    char detail_memory[600], text_memory[1200];
    struct text detail = TEXT(detail_memory), text = TEXT(text_memory);
    struct ip_setting setting;
    struct network_request request = { .setting = &setting, .timeout_ms = 2000 };
    enum status st;

    ip_setting_automatic(&setting);
    st = network_configure(network, &request, &detail);
    network_describe(network, &text);
    require(!text.truncated);
    if (!st)
        st = http_get(network, &http, &detail, NULL);
    require((st == STATUS_OK) == (detail.size == 0) || st == STATUS_OUT_OF_MEMORY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net_platform platform = { now_ms, not_random, allocate, release, aborted };
    struct link link = {
        .mac = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x02 },
        .mtu_bytes = 1500,
        .send = send_nowhere,
        .receive = receive,
    };
    struct network *network;

    wire.input = (struct bytes){ data, size };
    wire.gap = false;
    if (network_open(&platform, &link, &network))
        abort();
    use(network);
    network_close(network);
    require(wire.blocks == 0);
    return 0;
}
