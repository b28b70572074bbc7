/* The network and the HTTP client, with the real lwIP, against a peer in another process. */
#include "http-body.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"

static const struct peer_page pages[] = {
    { "/small", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_CLOSE, NULL },
    { "/staying", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_STAY, NULL },
    { "/empty", OK_LINE "Content-Length: 0\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/chunked", OK_LINE "Transfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n", 0,
      PEER_CLOSE, NULL },
    { "/until-close", OK_LINE "\r\nhello\n", 0, PEER_CLOSE, NULL },
    { "/big", OK_LINE "Content-Length: 3000000\r\n\r\n", 3000000, PEER_CLOSE, NULL },
    { "/short", OK_LINE "Content-Length: 3000\r\n\r\n", 2000, PEER_CLOSE, NULL },
    { "/stalled", OK_LINE "Content-Length: 3000\r\n\r\n", 2000, PEER_STAY, NULL },
    { "/broken", OK_LINE "Content-Length: 3000\r\n\r\n", 2000, PEER_RESET, NULL },
    { "/silent", "", 0, PEER_STAY, NULL },
    { "/closed", "", 0, PEER_CLOSE, NULL },
    { "/reset", "", 0, PEER_RESET, NULL },
    { "/junk", "220 ftp ready\r\n", 0, PEER_STAY, NULL },
    { "/gzip", OK_LINE "Content-Encoding: gzip\r\n\r\n", 10, PEER_CLOSE, NULL },
    { "/long", OK_LINE "X: ", 20000, PEER_CLOSE, NULL },
    { "/a/301", "HTTP/1.1 301 M\r\nLocation: ../small\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/302", "HTTP/1.1 302 F\r\nLocation: http://10.0.0.1/small\r\n\r\n", 0, PEER_STAY, NULL },
    { "/303", "HTTP/1.1 303 S\r\nLocation: //boot/small\r\n\r\n", 20000, PEER_CLOSE, NULL },
    { "/307", "HTTP/1.1 307 T\r\nLocation: small#x\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/308", "HTTP/1.1 308 P\r\nLocation: /a/301\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/1", "HTTP/1.1 302 F\r\nLocation: 2\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/2", "HTTP/1.1 302 F\r\nLocation: 3\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/3", "HTTP/1.1 302 F\r\nLocation: 4\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/4", "HTTP/1.1 302 F\r\nLocation: 5\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/5", "HTTP/1.1 302 F\r\nLocation: 6\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/6", "HTTP/1.1 302 F\r\nLocation: small\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/loop", "HTTP/1.1 302 F\r\nLocation: /pool\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/pool", "HTTP/1.1 302 F\r\nLocation: http://boot/loop\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/secure", "HTTP/1.1 302 F\r\nLocation: https://boot/small\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/nowhere", "HTTP/1.1 302 F\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/two", "HTTP/1.1 302 F\r\nLocation: /1\r\nLocation: /2\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/300", "HTTP/1.1 300 Multiple Choices\r\nLocation: /1\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/206", "HTTP/1.1 206 Partial Content\r\n\r\n", 5, PEER_CLOSE, NULL },
    { "/410", "HTTP/1.1 410 Gone\r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/503", "HTTP/1.1 503 \r\n\r\n", 0, PEER_CLOSE, NULL },
    { "/?x", OK_LINE "Content-Length: 6\r\n\r\nhello\n", 0, PEER_CLOSE, NULL },
    { NULL, NULL, 0, PEER_CLOSE, NULL },
};

static void gets_an_address(void **state)
{
    struct rig rig;
    struct detail text;

    (void)state;
    rig_start(&rig, pages);
    assert_detail(&rig.detail, "");
    network_describe(rig.network, detail_clear(&text));
    assert_detail(&text, "10.0.0.2/24 gateway 10.0.0.1 (DHCP), DNS 10.0.0.1 (DHCP)");
    rig_end(&rig);
    network_close(NULL);
}

static void says_why_there_is_no_address(void **state)
{
    static const struct {
        enum peer_dhcp dhcp;
        const char *detail;
    } cases[] = {
        { PEER_DHCP_NONE, "no DHCP offer and no IPv6 router within 8 s (frames received: " },
        { PEER_DHCP_OFFER, "a DHCP offer came, but the server did not confirm it within 8 s" },
    };
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        rig_init(&rig, pages, cases[i].dhcp);
        rig.lower.turn_ms = 20;
        rig_open(&rig);
        assert_status(rig_configure(&rig, 8000), STATUS_NET_NO_ADDRESS);
        assert_detail_has(&rig.detail, cases[i].detail);
        /* Again after a failure. */
        assert_status(rig_configure(&rig, 1000), STATUS_NET_NO_ADDRESS);
        rig_end(&rig);
    }
    rig_init(&rig, pages, PEER_DHCP_FULL);
    rig.lower.turn_ms = 20;
    rig.lose_one_in = 1;
    rig_open(&rig);
    assert_status(rig_configure(&rig, 8000), STATUS_NET_NO_ADDRESS);
    assert_detail_has(&rig.detail,
                      "no DHCP offer and no IPv6 router within 8 s (frames received: "
                      "0, is the cable in the right port?; frames that could not be sent: ");
    rig.looks_left = 5;
    assert_status(rig_configure(&rig, 600000), STATUS_ABORTED);
    rig.device_fails = true;
    assert_status(network_poll(rig.network), STATUS_NET_DEVICE);
    assert_status(rig_configure(&rig, 5000), STATUS_NET_DEVICE);
    rig_end(&rig);
}

static void does_without_memory(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_init(&rig, pages, PEER_DHCP_FULL);
    for (unsigned int i = 0; i < 3; i++) {
        rig.allocations_left = i;
        assert_status(network_open(&rig.platform, &rig.link.link, &rig.network),
                      STATUS_OUT_OF_MEMORY);
        assert_int_equal(rig.blocks, 0);
    }
    rig.allocations_left = 3;
    rig_open(&rig);
    assert_status(rig_configure(&rig, 5000), STATUS_OK);
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_OUT_OF_MEMORY);
    rig.allocations_left = 1;
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_OK);
    rig_end(&rig);
}

static void fetches(void **state)
{
    static const struct {
        const char *url, *final;
        uint64_t promised, bytes;
    } cases[] = {
        { "http://10.0.0.1/small", "http://10.0.0.1/small", 6, 6 },
        { "http://boot/small", "http://boot/small", 6, 6 },
        { "http://boot./small", "http://boot./small", 6, 6 },
        { "http://boot:80/x/../small#y", "http://boot:80/small", 6, 6 },
        { "http://boot?x", "http://boot/?x", 6, 6 },
        { "http://boot/staying", "http://boot/staying", 6, 6 },
        { "http://boot/empty", "http://boot/empty", 0, 0 },
        { "http://boot/chunked", "http://boot/chunked", SINK_SIZE_UNKNOWN, 6 },
        { "http://boot/until-close", "http://boot/until-close", SINK_SIZE_UNKNOWN, 6 },
        { "http://boot/big", "http://boot/big", 3000000, 3000000 },
        { "http://boot/a/301", "http://boot/small", 6, 6 },
        { "http://boot/302", "http://10.0.0.1/small", 6, 6 },
        { "http://boot/303", "http://boot/small", 6, 6 },
        { "http://boot/307", "http://boot/small", 6, 6 },
        { "http://boot/308", "http://boot/small", 6, 6 },
        { "http://boot/2", "http://boot/small", 6, 6 },
    };
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_body body = { 0 };
        struct detail final;

        assert_status(rig_get(&rig, cases[i].url, &body, &final), STATUS_OK);
        assert_detail(&rig.detail, "");
        assert_detail(&final, cases[i].final);
        assert_true(body.promised == cases[i].promised);
        assert_true(body.bytes == cases[i].bytes);
        assert_true(body.right);
        assert_int_equal(body.finishes, 1);
    }
    rig_end(&rig);
}

static void says_why_a_fetch_fails(void **state)
{
    static const struct {
        const char *url;
        enum status status;
        const char *detail; /* all of it where it begins with http, else a part */
    } cases[] = {
        { "boot/small", STATUS_URL_NO_BASE, "'boot/small'" },
        { "http://boot /", STATUS_URL_BAD, "a blank" },
        { "https://boot/small", STATUS_URL_SCHEME, "'https'" },
        { "http://nobody/x", STATUS_NET_NAME_UNKNOWN,
          "http://nobody/x: host name 'nobody' is not known to the DNS server 10.0.0.1" },
        { "http://silent/x", STATUS_NET_TIMEOUT,
          "http://silent/x: host name 'silent': no answer from the DNS server 10.0.0.1 within 1 "
          "s" },
        { "http://lost/x", STATUS_NET_TIMEOUT,
          "http://lost/x: no answer from 10.0.0.77:80 within 1 s" },
        { "http://boot:8000/x", STATUS_NET_CONNECT,
          "http://boot:8000/x: connection refused by 10.0.0.1:8000" },
        { "http://boot/short", STATUS_HTTP_TRUNCATED,
          "http://boot/short: expected 3000 bytes, found 2000" },
        { "http://boot/stalled", STATUS_NET_TIMEOUT,
          "http://boot/stalled: no byte from 10.0.0.1:80 for 1 s after 2.0 KiB of 2.9 KiB" },
        { "http://boot/broken", STATUS_NET_RESET,
          "http://boot/broken: 10.0.0.1:80 broke the connection after 2.0 KiB of 2.9 KiB" },
        { "http://boot/silent", STATUS_NET_TIMEOUT,
          "http://boot/silent: no byte from 10.0.0.1:80 for 1 s before an answer" },
        { "http://boot/closed", STATUS_HTTP_TRUNCATED,
          "http://boot/closed: the connection ended without an answer" },
        { "http://boot/reset", STATUS_NET_RESET,
          "http://boot/reset: 10.0.0.1:80 broke the connection before an answer" },
        { "http://boot/junk", STATUS_HTTP_MALFORMED,
          "this is not HTTP; the answer begins with '220 ftp" },
        { "http://boot/gzip", STATUS_HTTP_ENCODING, "http://boot/gzip: the body is compressed" },
        { "http://boot/long", STATUS_HTTP_HEADERS_TOO_LONG,
          "http://boot/long: headers of more than 16.0 KiB" },
        { "http://boot/1", STATUS_HTTP_REDIRECT_LIMIT,
          "http://boot/6: 302, after as many redirects as are followed" },
        { "http://boot/loop", STATUS_HTTP_REDIRECT_LOOP,
          "http://boot/pool: 302, Location: 'http://boot/loop' leads back" },
        { "http://boot/secure", STATUS_URL_SCHEME,
          "http://boot/secure: 302, Location: 'https://boot/small': the scheme 'https' is not" },
        { "http://boot/nowhere", STATUS_HTTP_REDIRECT_BAD,
          "http://boot/nowhere: 302, without a Location header" },
        { "http://boot/two", STATUS_HTTP_REDIRECT_BAD, "several Location headers" },
        { "http://boot/300", STATUS_HTTP_STATUS, "http://boot/300: 300 Multiple Choices" },
        { "http://boot/206", STATUS_HTTP_STATUS, "http://boot/206: 206 Partial Content" },
        { "http://boot/503", STATUS_HTTP_STATUS, "http://boot/503: 503" },
        { "http://boot/404", STATUS_HTTP_NOT_FOUND, "http://boot/404: 404 Not Found" },
        { "http://boot/410", STATUS_HTTP_NOT_FOUND, "http://boot/410: 410 Gone" },
    };
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_body body = { 0 };
        struct detail final;

        assert_status(rig_get(&rig, cases[i].url, &body, &final), cases[i].status);
        assert_detail_has(&rig.detail, cases[i].detail);
        assert_detail(&final, "");
        assert_int_equal(body.finishes, 0);
        /* Whatever happened, the next one works, and nothing is left of this one. */
        assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_OK);
        assert_int_equal(rig.blocks, 3);
    }
    rig_end(&rig);
}

static void stops_when_asked(void **state)
{
    static const char *const urls[] = { "http://silent/", "http://lost/", "http://boot/silent" };
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_start(&rig, pages);
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        rig.looks_left = 40;
        assert_status(rig_get(&rig, urls[i], &body, NULL), STATUS_ABORTED);
        rig.looks_left = UINT32_MAX;
    }
    rig.device_fails = true;
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_NET_DEVICE);
    rig.device_fails = false;
    body.write_fails = STATUS_BLOB_TOO_LARGE;
    assert_status(rig_get(&rig, "http://boot/big", &body, NULL), STATUS_BLOB_TOO_LARGE);
    body.write_fails = STATUS_OK;
    assert_status(rig_get(&rig, "http://boot/big", &body, NULL), STATUS_OK);
    rig_end(&rig);
}

static void keeps_the_total_deadline(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_start(&rig, pages);
    assert_status(rig_get_within(&rig, "http://boot/stalled", &body, 5000, 1000),
                  STATUS_NET_TIMEOUT);
    assert_detail(&rig.detail,
                  "http://boot/stalled: not done within 1 s, stopped after 2.0 KiB of 2.9 KiB");
    assert_status(rig_get_within(&rig, "http://lost/", &body, 5000, 1000), STATUS_NET_TIMEOUT);
    assert_detail(&rig.detail, "http://lost/: not done within 1 s, stopped before a connection");
    rig_end(&rig);
}

static void does_without_name_servers(void **state)
{
    struct rig rig;
    struct http_body body = { 0 };

    (void)state;
    rig_init(&rig, pages, PEER_DHCP_NO_DNS);
    rig_open(&rig);
    assert_status(rig_configure(&rig, 5000), STATUS_OK);
    assert_status(rig_get(&rig, "http://boot/small", &body, NULL), STATUS_NET_NAME_UNKNOWN);
    assert_detail_has(&rig.detail,
                      "host name 'boot' cannot be resolved: nobody named a DNS server");
    assert_status(rig_get(&rig, "http://10.0.0.1/small", &body, NULL), STATUS_OK);
    rig_end(&rig);

    /* The servers are given up before the idle deadline. */
    rig_start(&rig, pages);
    rig_close(&rig);
    rig.lower.turn_ms = 20;
    rig_open(&rig);
    assert_status(rig_configure(&rig, 60000), STATUS_OK);
    assert_status(rig_get_within(&rig, "http://silent/", &body, 60000, 60000),
                  STATUS_NET_NAME_UNKNOWN);
    assert_detail_has(&rig.detail, "host name 'silent': no answer from the DNS server 10.0.0.1");
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_an_address),          cmocka_unit_test(says_why_there_is_no_address),
        cmocka_unit_test(does_without_memory),      cmocka_unit_test(fetches),
        cmocka_unit_test(says_why_a_fetch_fails),   cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(keeps_the_total_deadline), cmocka_unit_test(does_without_name_servers),
    };

    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
