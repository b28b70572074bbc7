/* How connections begin, and how what arrives is acknowledged, with the real lwIP, against a peer
 * in another process. */
#include <lwip/etharp.h>

#include "http-body.h"
#include "net/network-state.h"

#define BODY_BYTES 300000

static const struct peer_page pages[] = {
    { "/body", "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", BODY_BYTES, PEER_STAY, NULL },
    { .path = NULL },
};

/* Returns how long it took, in ms of our clock. */
static uint64_t get(struct rig *rig)
{
    uint64_t begun_ms = rig->platform.now_ms(&rig->platform);
    struct http_body body = { 0 };

    rig->segments = rig->bursts = rig->acknowledgements = 0;
    assert_status(rig_get(rig, "http://10.0.0.1/body", &body, NULL), STATUS_OK);
    assert_true(body.bytes == BODY_BYTES && body.right);
    return rig->platform.now_ms(&rig->platform) - begun_ms;
}

static void acknowledges_once_what_came_together(void **state)
{
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    get(&rig); /* also opens the connection */
    get(&rig);
    assert_true(rig.segments >= BODY_BYTES / 1460);
    assert_true(rig.bursts <= rig.segments / 3);
    assert_int_equal(rig.acknowledgements, rig.bursts);
    rig_end(&rig);
}

/* Three answers that say the same make the sender repeat what was lost (RFC 5681, 3.2) at once. */
static void repeats_itself_when_a_segment_is_lost(void **state)
{
    struct rig rig;
    uint64_t clean_ms;

    (void)state;
    rig_start(&rig, pages);
    get(&rig);
    clean_ms = get(&rig);
    rig.lose_segment = 101;
    assert_in_range(get(&rig), clean_ms, clean_ms + 5);
    assert_in_range(rig.acknowledgements, rig.bursts + 2, rig.bursts + 4);
    rig_end(&rig);
}

/* Whatever port chance says is the first one. */
static void connects_from_any_port(void **state)
{
    static const uint32_t random[] = { 0, 0x3FFE, 0x3FFF, 0x4000, UINT32_MAX - 1, UINT32_MAX };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(random); i++) {
        struct rig rig;

        rig_init(&rig, pages, PEER_DHCP_FULL);
        rig.fixed_random = &random[i];
        rig_open(&rig);
        assert_status(rig_configure(&rig, 20000), STATUS_OK);
        get(&rig);
        rig_end(&rig);
    }
}

/* None of those that begin together is lost while the server's MAC address is asked for. */
static void begins_many_before_the_server_is_found(void **state)
{
    const struct {
        enum peer_dhcp dhcp;
        enum peer_router router;
        ip_addr_t address;
    } cases[] = {
        { PEER_DHCP_FULL, PEER_ROUTER_NONE, IPADDR4_INIT_BYTES(10, 0, 0, 1) },
        { PEER_DHCP_NONE, PEER_ROUTER_FULL,
          IPADDR6_INIT_HOST(0xfd000000, 0x00000000, 0x00000000, 0x00000001) },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct host_addresses addresses = { .list = { cases[i].address }, .count = 1 };
        struct connections *connections;
        struct rig rig;

        rig_init_with(&rig, pages, cases[i].dhcp, cases[i].router);
        rig_open(&rig);
        assert_status(rig_configure(&rig, 20000), STATUS_OK);
        etharp_cleanup_netif(&rig.network->netif);
        connections = &rig.network->connections;
        for (size_t j = 0; j < CONNECTIONS_MOST; j++)
            connections_prepare(connections, rig.network, &addresses, BYTES("server"), 80);
        for (unsigned int turns = 0; turns < 2000; turns++)
            assert_status(network_poll(rig.network), STATUS_OK);
        /* The round trip is not known where a SYN had to be repeated. */
        for (size_t j = 0; j < CONNECTIONS_MOST; j++)
            assert_in_range(connections->slots[j].connection.trip_ms, 1, 100);
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledges_once_what_came_together),
        cmocka_unit_test(repeats_itself_when_a_segment_is_lost),
        cmocka_unit_test(connects_from_any_port),
        cmocka_unit_test(begins_many_before_the_server_is_found),
    };

    return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
