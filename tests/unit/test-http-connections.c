/* Connections of the HTTP client: kept, closed, broken; with the real lwIP and a peer. */
#include "http-body.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"

static const struct peer_page pages[] = {
    { "/small", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_CLOSE, NULL },
    { "/staying", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_STAY, NULL },
    { "/tired", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_TIRE, NULL },
    { "/talking", OK_LINE "Content-Length: 6\r\n\r\nhello\nHTTP/1.1 408 x\r\n\r\n", 0, PEER_STAY,
      NULL },
    { "/leaving", OK_LINE "Connection: close\r\nContent-Length: 6\r\n\r\nhello\n", 0, PEER_STAY,
      NULL },
    { "/chunked-staying", OK_LINE "Transfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n", 0,
      PEER_STAY, NULL },
    { "/moved", "HTTP/1.1 302 F\r\nLocation: staying\r\nContent-Length: 5\r\n\r\nmoved", 0,
      PEER_STAY, NULL },
    { "/big", OK_LINE "Content-Length: 3000000\r\n\r\n", 3000000, PEER_CLOSE, NULL },
    { "/302", "HTTP/1.1 302 F\r\nLocation: http://10.0.0.1/small\r\n\r\n", 0, PEER_STAY, NULL },
    { NULL, NULL, 0, PEER_CLOSE, NULL },
};

/* Names, connections, questions and timers of one network are unknown to the next. */
static void opens_again(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_init(&rig, pages, PEER_DHCP_FULL);
    for (int i = 0; i < 5; i++) {
        rig_open(&rig);
        if (i != 3)
            assert_status(rig_configure(&rig, 5000), STATUS_OK);
        if (i == 0 || i == 4)
            assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_OK);
        if (i == 1) {
            rig.looks_left = 20;
            assert_status(rig_get(&rig, "http://silent/", &body, NULL), STATUS_ABORTED);
            rig.looks_left = UINT32_MAX;
        }
        rig_close(&rig);
    }
    peer_stop(&rig.peer);

    /* A name that is remembered would be found without a server. */
    rig_start(&rig, pages);
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_OK);
    rig_end(&rig);
    rig_init(&rig, pages, PEER_DHCP_NO_DNS);
    rig_open(&rig);
    assert_status(rig_configure(&rig, 5000), STATUS_OK);
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_NET_NAME_UNKNOWN);
    rig_end(&rig);
}

static void survives_loss_and_reordering(void **state)
{
    static const unsigned int one_in[] = { 200, 50, 17 };
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(one_in); i++) {
        struct http_body body = { 0 };

        rig_start(&rig, pages);
        rig.lose_one_in = one_in[i];
        assert_status(rig_get_within(&rig, "http://boot/big", &body, 60000, 600000), STATUS_OK);
        assert_true(body.right);
        assert_true(body.bytes == 3000000);
        rig.lose_one_in = 0;
        rig_end(&rig);
    }
}

/* Many short connections: what is left of each for a while must not fill the heap. */
static void does_not_run_out_of_connections(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_start(&rig, pages);
    for (int i = 0; i < 1500; i++)
        assert_status(
            rig_get(&rig, i % 2 ? "http://boot/staying" : "http://boot/small", &body, NULL),
            STATUS_OK);
    rig_end(&rig);
}

static void uses_connections_again(void **state)
{
    static const struct {
        const char *url;
        unsigned int connections; /* for three fetches */
    } cases[] = {
        { "http://boot/staying", 1 },
        { "http://boot/chunked-staying", 1 },
        { "http://boot/moved", 1 },
        { "http://boot/talking", 3 },
        { "http://boot/leaving", 3 },
        { "http://boot/302", 6 }, /* bodies that end with their connections */
        { "http://boot/tired", 3 },
    };
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        rig_close(&rig);
        rig_open(&rig);
        assert_status(rig_configure(&rig, 5000), STATUS_OK);
        rig.connections = 0;
        for (int j = 0; j < 3; j++) {
            struct http_body body = { 0 };

            assert_status(rig_get(&rig, cases[i].url, &body, NULL), STATUS_OK);
            assert_true(body.right);
            assert_true(body.bytes == 6);
        }
        assert_int_equal(rig.connections, cases[i].connections);
    }
    rig_end(&rig);
}

/* A name and its address are two servers; connections wait for both until there is no room. */
static void keeps_connections_apart(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_start(&rig, pages);
    for (int i = 0; i < 4; i++) {
        assert_status(rig_get(&rig, "http://boot/staying", &body, NULL), STATUS_OK);
        assert_status(rig_get(&rig, "http://10.0.0.1/staying", &body, NULL), STATUS_OK);
        assert_status(rig_get(&rig, "http://BOOT/staying", &body, NULL), STATUS_OK);
    }
    assert_int_equal(rig.connections, 2);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_connections_again),
        cmocka_unit_test(keeps_connections_apart),
        cmocka_unit_test(opens_again),
        cmocka_unit_test(survives_loss_and_reordering),
        cmocka_unit_test(does_not_run_out_of_connections),
    };

    return cmocka_run_group_tests_name("http-connections", tests, NULL, NULL);
}
