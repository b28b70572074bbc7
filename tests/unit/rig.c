#include "rig.h"

static struct rig *rig_of(struct net_platform *platform)
{
    struct rig *rig = (struct rig *)platform;

    assert_false(rig->closed);
    return rig;
}

static uint64_t rig_now_ms(struct net_platform *platform)
{
    const struct rig *rig = rig_of(platform);

    return rig->real.now_ms(platform) + rig->spent_ms;
}

static uint32_t rig_random(struct net_platform *platform)
{
    const struct rig *rig = rig_of(platform);

    return rig->fixed_random ? *rig->fixed_random : rig->real.random(platform);
}

static void *rig_allocate(struct net_platform *platform, size_t size)
{
    struct rig *rig = rig_of(platform);

    if (rig->allocations_left == 0)
        return NULL;
    rig->allocations_left--;
    rig->blocks++;
    return rig->real.allocate(platform, size);
}

static void rig_release(struct net_platform *platform, void *memory)
{
    struct rig *rig = rig_of(platform);

    rig->blocks -= memory != NULL;
    rig->real.release(platform, memory);
}

static bool rig_aborted(struct net_platform *platform)
{
    struct rig *rig = rig_of(platform);

    return rig->looks_left == 0 || --rig->looks_left == 0;
}

static struct rig *rig_of_link(struct link *link)
{
    return (struct rig *)((char *)link - offsetof(struct rig, link));
}

static bool rig_loses(struct rig *rig)
{
    return rig->lose_one_in > 0 && ++rig->frames % rig->lose_one_in == 0;
}

/* Of Ethernet, IPv4 and TCP, without options. */
#define TCP_HEADERS_BYTES (14 + 20 + 20)

static bool is_tcp(struct bytes frame)
{
    return frame.size >= TCP_HEADERS_BYTES && frame.data[12] == 8 && frame.data[13] == 0 &&
           frame.data[14 + 9] == 6;
}

static uint8_t tcp_flags(struct bytes frame)
{
    return is_tcp(frame) ? frame.data[14 + 20 + 13] : 0;
}

#define TCP_SYN 0x02
#define TCP_ACK 0x10

#define TCP_SOURCE      0
#define TCP_DESTINATION 2

static uint16_t tcp_port(struct bytes frame, size_t offset)
{
    const uint8_t *at = frame.data + 14 + 20 + offset;

    return (uint16_t)(at[0] << 8 | at[1]);
}

static size_t tcp_data_bytes(struct bytes frame)
{
    size_t ip_bytes = (size_t)frame.data[16] << 8 | frame.data[17];

    return is_tcp(frame) ? ip_bytes - 20 - (frame.data[14 + 20 + 12] >> 4) * 4u : 0;
}

static bool has(struct bytes all, struct bytes part)
{
    for (size_t i = 0; part.size > 0 && i + part.size <= all.size; i++)
        if (bytes_start_with(bytes_from(all, i), part))
            return true;
    return false;
}

/* What is on its way on a long path, of the one rig that there is at a time. */
static struct {
    struct {
        uint8_t bytes[LINK_FRAME_MAX_BYTES];
        size_t size;
        unsigned int due_turn;
    } frames[2048];
    size_t first, count;
} path;

static void path_put(const struct rig *rig, struct bytes frame)
{
    size_t last = (path.first + path.count++) % ARRAY_LENGTH(path.frames);

    assert_in_range(path.count, 1, ARRAY_LENGTH(path.frames));
    memcpy(path.frames[last].bytes, frame.data, frame.size);
    path.frames[last].size = frame.size;
    path.frames[last].due_turn = rig->turns + rig->delay_turns;
}

static void path_move(struct rig *rig)
{
    rig->turns++;
    for (; path.count > 0 && path.frames[path.first].due_turn <= rig->turns; path.count--) {
        struct bytes frame = { path.frames[path.first].bytes, path.frames[path.first].size };

        assert_status(rig->lower.link.send(&rig->lower.link, frame), STATUS_OK);
        path.first = (path.first + 1) % ARRAY_LENGTH(path.frames);
    }
}

static enum status rig_send(struct link *link, struct bytes frame)
{
    struct rig *rig = rig_of_link(link);

    assert_false(rig->closed);
    if (tcp_flags(frame) & TCP_SYN && ++rig->connections == rig->mute_connection) {
        rig->mute_port = tcp_port(frame, TCP_SOURCE);
        if (rig->mute_delay_turns > 0)
            rig->delay_turns = rig->mute_delay_turns;
    }
    rig->acknowledgements += tcp_flags(frame) == TCP_ACK && tcp_data_bytes(frame) == 0;
    rig->watched_frames += has(frame, rig->watched);
    assert_in_range(frame.size, 14, LINK_FRAME_MAX_BYTES);
    rig->spent_ms += rig->send_ms;
    if (rig_loses(rig))
        return STATUS_NET_DEVICE;
    if (rig->delay_turns == 0)
        return rig->lower.link.send(&rig->lower.link, frame);
    path_put(rig, frame);
    return STATUS_OK;
}

/* What TCP got; *frame_size becomes 0 where rig->lose_segment says so. */
static void note_received(struct rig *rig, const uint8_t *frame, size_t *frame_size)
{
    struct bytes received = { frame, *frame_size };

    if (received.size <= TCP_HEADERS_BYTES || !is_tcp(received))
        return;
    rig->received_bytes += received.size - TCP_HEADERS_BYTES;
    if (tcp_data_bytes(received) == 0)
        return;
    if (rig->mute_port != 0 && tcp_port(received, TCP_DESTINATION) == rig->mute_port) {
        *frame_size = 0;
        return;
    }
    rig->bursts += !rig->in_burst;
    rig->in_burst = true;
    if (++rig->segments == rig->lose_segment)
        *frame_size = 0;
}

/* Every other frame that would be lost arrives after the next one instead. */
static enum status rig_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    struct rig *rig = rig_of_link(link);
    enum status st;

    assert_false(rig->closed);
    assert_true(frame.size >= LINK_FRAME_MAX_BYTES);
    if (rig->device_fails)
        return STATUS_NET_DEVICE;
    if (rig->late_size > 0 && rig->frames % 3 == 0) {
        memcpy(frame.data, rig->late, rig->late_size);
        *ret_size = rig->late_size;
        rig->late_size = 0;
        return STATUS_OK;
    }
    if ((st = rig->lower.link.receive(&rig->lower.link, frame, ret_size)))
        return st;
    if (rig->lower.has_turn) {
        rig->in_burst = false;
        path_move(rig);
    } else {
        note_received(rig, frame.data, ret_size);
    }
    if (*ret_size == 0 && !rig->lower.has_turn)
        return rig_receive(link, frame, ret_size);
    if (*ret_size == 0 || !rig_loses(rig))
        return STATUS_OK;
    if (rig->lose_one_in == 1) {
        *ret_size = 0;
        return STATUS_OK;
    }
    if (rig->late_size == 0 && rig->frames / rig->lose_one_in % 2 == 0) {
        rig->late_size = *ret_size;
        memcpy(rig->late, frame.data, *ret_size);
    }
    return rig->lower.link.receive(&rig->lower.link, frame, ret_size);
}

void rig_init(struct rig *rig, const struct peer_page *pages, enum peer_dhcp dhcp)
{
    rig_init_with(rig, pages, dhcp, PEER_ROUTER_NONE);
}

void rig_init_with(struct rig *rig, const struct peer_page *pages, enum peer_dhcp dhcp,
                   enum peer_router router)
{
    memset(rig, 0, sizeof(*rig));
    path.count = 0;
    rig->peer = peer_start(pages, dhcp, router);
    rig->real = peer_platform();
    rig->platform =
        (struct net_platform){ rig_now_ms, rig_random, rig_allocate, rig_release, rig_aborted };
    rig->lower = rig->link = peer_link(&rig->peer);
    rig->link.link.send = rig_send;
    rig->link.link.receive = rig_receive;
    rig->allocations_left = UINT32_MAX;
    rig->looks_left = UINT32_MAX;
    detail_clear(&rig->detail);
}

void rig_open(struct rig *rig)
{
    rig->closed = false;
    assert_status(network_open(&rig->platform, &rig->link.link, &rig->network), STATUS_OK);
}

enum status rig_configure_with(struct rig *rig, const struct ip_setting *setting,
                               const struct ip_setting *lease, uint32_t timeout_ms)
{
    struct network_request request = {
        .setting = setting,
        .lease = lease,
        .timeout_ms = timeout_ms,
    };

    return network_configure(rig->network, &request, detail_clear(&rig->detail));
}

enum status rig_configure(struct rig *rig, uint32_t timeout_ms)
{
    struct ip_setting setting;

    ip_setting_automatic(&setting);
    return rig_configure_with(rig, &setting, NULL, timeout_ms);
}

void rig_close(struct rig *rig)
{
    network_close(rig->network);
    rig->closed = true;
    assert_int_equal(rig->blocks, 0);
}

void rig_end(struct rig *rig)
{
    rig_close(rig);
    peer_stop(&rig->peer);
}

void rig_start(struct rig *rig, const struct peer_page *pages)
{
    rig_init(rig, pages, PEER_DHCP_FULL);
    rig_open(rig);
    assert_status(rig_configure(rig, 5000), STATUS_OK);
}
