/* Addresses and names of both families, with the real lwIP, against a peer in another process. */
#include "http-body.h"

#define TIMEOUT_MS 20000

static const struct peer_page pages[] = {
    { "/small", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n", 0, PEER_CLOSE, NULL },
    { NULL, NULL, 0, PEER_CLOSE, NULL },
};

static void start(struct rig *rig, enum peer_dhcp dhcp, enum peer_router router)
{
    rig_init_with(rig, pages, dhcp, router);
    rig_open(rig);
    assert_status(rig_configure(rig, TIMEOUT_MS), STATUS_OK);
    assert_detail(&rig->detail, "");
}

static void assert_described(struct rig *rig, const char *description)
{
    struct detail text;

    network_describe(rig->network, detail_clear(&text));
    assert_detail(&text, description);
}

static enum status get(struct rig *rig, const char *url)
{
    struct http_body body = { 0 };

    return rig_get_within(rig, url, &body, TIMEOUT_MS, 60000);
}

static void assert_gets(struct rig *rig, const char *url)
{
    assert_status(get(rig, url), STATUS_OK);
    assert_detail(&rig->detail, "");
}

static void boots_with_ipv6_only(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_NONE, PEER_ROUTER_FULL);
    assert_described(&rig, "fd00::5054:ff:fe12:3402/64 gateway fe80::5054:ff:fe12:3401 (router), "
                           "DNS fd00::1 (router)");
    assert_gets(&rig, "http://both/small");
    assert_gets(&rig, "http://only6/small");
    assert_gets(&rig, "http://[fd00::1]/small");
    assert_gets(&rig, "http://[FD00:0::0.0.0.1]:80/small");
    assert_gets(&rig, "http://[fe80::5054:ff:fe12:3401]/small");
    assert_status(get(&rig, "http://[fd00::1]:81/small"), STATUS_NET_CONNECT);
    assert_detail_has(&rig.detail, "connection refused by [fd00::1]:81");
    rig_end(&rig);
}

static void asks_dhcpv6_for_name_servers(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_NONE, PEER_ROUTER_DHCPV6);
    assert_gets(&rig, "http://both/small");
    assert_described(&rig, "fd00::5054:ff:fe12:3402/64 gateway fe80::5054:ff:fe12:3401 (router), "
                           "DNS fd00::1 (DHCPv6)");
    rig_end(&rig);
}

/* Fetches, and asserts how long that took at most. */
static void assert_gets_within(struct rig *rig, const char *url, uint64_t most_ms)
{
    uint64_t begun_ms = rig->platform.now_ms(&rig->platform);

    assert_gets(rig, url);
    assert_in_range(rig->platform.now_ms(&rig->platform) - begun_ms, 0, most_ms);
}

/*
 * An address that is silent costs 300 ms (RFC 8305), and so does the answer for IPv6 that does
 * not come when that for IPv4 is there. The rest is for everything else.
 */
static void goes_around_a_broken_family(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_FULL);
    assert_described(&rig, "10.0.0.2/24 gateway 10.0.0.1 (DHCP), fd00::5054:ff:fe12:3402/64 "
                           "gateway fe80::5054:ff:fe12:3401 (router), DNS 10.0.0.1 (DHCP), "
                           "fd00::1 (router)");
    assert_gets_within(&rig, "http://both/small", 50);
    assert_gets_within(&rig, "http://broken6/small", 350);
    assert_gets_within(&rig, "http://broken4/small", 350);
    assert_gets_within(&rig, "http://mute6/small", 350);
    rig_end(&rig);
}

/* Both are asked at once: what DHCP takes is not added to what a router gets. And only a name waits
 * for a router. */
static void waits_for_a_router_from_the_start(void **state)
{
    static const struct {
        const char *url;
        uint64_t least_ms, most_ms;
    } cases[] = { { "http://10.0.0.1/small", 0, 49 }, { "http://both/small", 50, 70 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct rig rig;
        uint64_t begun_ms;

        rig_init_with(&rig, pages, PEER_DHCP_FULL, PEER_ROUTER_NONE);
        rig_open(&rig);
        begun_ms = rig.platform.now_ms(&rig.platform);
        assert_status(rig_configure(&rig, TIMEOUT_MS), STATUS_OK);
        assert_gets(&rig, cases[i].url);
        assert_in_range(rig.platform.now_ms(&rig.platform) - begun_ms, cases[i].least_ms,
                        cases[i].most_ms);
        rig_end(&rig);
    }
}

/* Neighbor discovery looks for the dead address a few times, not again for each connection. */
static void remembers_what_works(void **state)
{
    static const uint8_t dead[16] = { 0xfd, [15] = 0x77 };
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_FULL);
    rig.watched = (struct bytes){ dead, sizeof(dead) };
    assert_gets(&rig, "http://broken6/small");
    assert_in_range(rig.watched_frames, 1, 4);
    for (int i = 0; i < 40; i++)
        assert_gets(&rig, "http://broken6/small");
    assert_in_range(rig.watched_frames, 1, 9);
    rig_end(&rig);
}

static void fails_when_both_families_do(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_FULL);
    assert_status(get(&rig, "http://both:81/"), STATUS_NET_CONNECT);
    assert_detail_has(&rig.detail, "http://both:81/: connection refused by ");
    rig_end(&rig);

    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_NONE);
    rig.lower.turn_ms = 10;
    assert_status(get(&rig, "http://only6/"), STATUS_NET_CONNECT);
    assert_detail(&rig.detail, "http://only6/: no route to [fd00::1]:80");
    rig_end(&rig);

    start(&rig, PEER_DHCP_NONE, PEER_ROUTER_FULL);
    assert_gets(&rig, "http://broken4/small");
    rig_end(&rig);
}

static void goes_around_a_dead_name_server(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_DEAD_DNS, PEER_ROUTER_NONE);
    assert_described(&rig, "10.0.0.2/24 gateway 10.0.0.1 (DHCP), DNS 10.0.0.66 (DHCP), 10.0.0.1 "
                           "(DHCP)");
    /* The next one is asked after a second; the one that answered goes first from then on. Nobody
     * waits for a router any more. */
    rig.spent_ms += 50;
    assert_gets_within(&rig, "http://boot/small", 1050);
    assert_gets_within(&rig, "http://both/small", 50);
    rig_end(&rig);
}

static void judges_answers(void **state)
{
    static const struct {
        const char *url, *detail;
    } cases[] = {
        { "http://nobody/", "host name 'nobody' is not known to the DNS server 10.0.0.1" },
        { "http://refused/", "host name 'refused': no help from the DNS server 10.0.0.1" },
        { "http://looping/", "host name 'looping': no help from the DNS server 10.0.0.1" },
    };
    struct rig rig;

    (void)state;
    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_NONE);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_status(get(&rig, cases[i].url), STATUS_NET_NAME_UNKNOWN);
        assert_detail_has(&rig.detail, cases[i].detail);
        assert_gets(&rig, "http://alias/small");
    }
    rig_end(&rig);
}

/* Adds each `ip=` of a list that ends with NULL. */
static struct ip_setting setting_of(const char *const *texts)
{
    struct ip_setting setting = { .dhcp = false };
    struct detail detail;

    for (; *texts; texts++)
        assert_status(ip_setting_add(&setting, bytes_of_string(*texts), detail_clear(&detail)),
                      STATUS_OK);
    return setting;
}

/* The peer is a router that nobody listens to, and no DHCP server. */
static void uses_fixed_addresses(void **state)
{
    static const struct {
        const char *texts[3];
        const char *description;
        const char *url;
    } cases[] = {
        { { "10.0.0.9::10.0.0.1:255.255.255.0::eth0:none:10.0.0.1" },
          "10.0.0.9/24 gateway 10.0.0.1 (ip=), DNS 10.0.0.1 (ip=)",
          "http://boot/small" },
        { { "10.0.0.9:::24" }, "10.0.0.9/24 (ip=)", "http://10.0.0.1/small" },
        { { "[fd00::9]::[fe80::5054:ff:fe12:3401]:64::::[fd00::1]" },
          "fd00::9/64 gateway fe80::5054:ff:fe12:3401 (ip=), DNS fd00::1 (ip=)",
          "http://only6/small" },
        { { "10.0.0.9:::24", "[fd00::9]" },
          "10.0.0.9/24 (ip=), fd00::9/64 (ip=)",
          "http://[fd00::1]/small" },
        { { "10.0.0.9:::24", "auto6" },
          "10.0.0.9/24 (ip=), fd00::5054:ff:fe12:3402/64 gateway fe80::5054:ff:fe12:3401 (router), "
          "DNS fd00::1 (router)",
          "http://both/small" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct ip_setting setting = setting_of(cases[i].texts);
        struct rig rig;

        rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_FULL);
        rig_open(&rig);
        assert_status(rig_configure_with(&rig, &setting, NULL, TIMEOUT_MS), STATUS_OK);
        assert_gets(&rig, cases[i].url);
        assert_described(&rig, cases[i].description);
        rig_end(&rig);
    }
}

static void sends_through_fixed_gateways(void **state)
{
    static const char *const texts[] = { "10.0.0.9::10.0.0.1:24", "[fd00::9]::[fd00::1]", NULL };
    static const char *const lone[] = { "10.0.0.9:::24", NULL };
    static const uint8_t away6[16] = { 0xfd, 1, [15] = 1 };
    struct ip_setting setting = setting_of(texts);
    struct rig rig;

    (void)state;
    rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_FULL);
    rig_open(&rig);
    assert_status(rig_configure_with(&rig, &setting, NULL, TIMEOUT_MS), STATUS_OK);
    rig.lower.turn_ms = 20;
    rig.watched = (struct bytes){ away6, sizeof(away6) };
    assert_status(get(&rig, "http://[fd01::1]/"), STATUS_NET_TIMEOUT);
    assert_true(rig.watched_frames > 0);
    assert_status(get(&rig, "http://10.9.0.1/"), STATUS_NET_TIMEOUT);
    rig_end(&rig);

    setting = setting_of(lone);
    rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_FULL);
    rig_open(&rig);
    assert_status(rig_configure_with(&rig, &setting, NULL, TIMEOUT_MS), STATUS_OK);
    assert_status(get(&rig, "http://10.9.0.1/"), STATUS_NET_CONNECT);
    assert_detail(&rig.detail, "http://10.9.0.1/: no route to 10.9.0.1:80");
    assert_status(get(&rig, "http://[fd00::1]/"), STATUS_NET_CONNECT);
    rig_end(&rig);
}

/* Stateful DHCPv6 is not spoken: that there is a router is no reason to look at the cable. */
static void says_that_a_router_names_no_prefix(void **state)
{
    static const char *const auto6[] = { "auto6", NULL };
    struct ip_setting settings[2] = { { .dhcp = false }, setting_of(auto6) };
    static const char *const begins[] = { "no DHCP offer within 20 s", "no address within 20 s" };
    struct rig rig;

    (void)state;
    ip_setting_automatic(&settings[0]);
    for (size_t i = 0; i < ARRAY_LENGTH(settings); i++) {
        rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_MANAGED);
        rig_open(&rig);
        assert_status(rig_configure_with(&rig, &settings[i], NULL, TIMEOUT_MS),
                      STATUS_NET_NO_ADDRESS);
        assert_detail_has(&rig.detail, begins[i]);
        assert_detail_has(&rig.detail,
                          " s, and the IPv6 router names no prefix for addresses (it refers to "
                          "DHCPv6 for them, which is only asked for name servers: give one with "
                          "ip=) (frames received: ");
        rig_end(&rig);
    }

    start(&rig, PEER_DHCP_FULL, PEER_ROUTER_MANAGED);
    assert_gets(&rig, "http://both/small");
    rig_end(&rig);
}

static void falls_back_to_an_earlier_lease(void **state)
{
    static const char *const texts[] = { "10.0.0.9::10.0.0.1:24::::10.0.0.1", NULL };
    struct ip_setting lease = setting_of(texts), setting;
    struct rig rig;

    (void)state;
    ip_setting_automatic(&setting);
    rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_NONE);
    rig_open(&rig);
    rig.lower.turn_ms = 10;
    assert_status(rig_configure_with(&rig, &setting, &lease, TIMEOUT_MS), STATUS_OK);
    assert_described(&rig, "10.0.0.9/24 gateway 10.0.0.1 (earlier lease), DNS 10.0.0.1 (earlier "
                           "lease)");
    rig.lower.turn_ms = 1;
    assert_gets(&rig, "http://boot/small");
    rig_end(&rig);

    /* With IPv6 there, it comes when IPv4 is needed. */
    rig_init_with(&rig, pages, PEER_DHCP_NONE, PEER_ROUTER_FULL);
    rig_open(&rig);
    rig.lower.turn_ms = 10;
    assert_status(rig_configure_with(&rig, &setting, &lease, TIMEOUT_MS), STATUS_OK);
    assert_gets(&rig, "http://10.0.0.1/small");
    rig_end(&rig);

    /* DHCP goes first. */
    rig_init_with(&rig, pages, PEER_DHCP_FULL, PEER_ROUTER_NONE);
    rig_open(&rig);
    assert_status(rig_configure_with(&rig, &setting, &lease, TIMEOUT_MS), STATUS_OK);
    assert_described(&rig, "10.0.0.2/24 gateway 10.0.0.1 (DHCP), DNS 10.0.0.1 (DHCP)");
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boots_with_ipv6_only),
        cmocka_unit_test(asks_dhcpv6_for_name_servers),
        cmocka_unit_test(goes_around_a_broken_family),
        cmocka_unit_test(waits_for_a_router_from_the_start),
        cmocka_unit_test(remembers_what_works),
        cmocka_unit_test(fails_when_both_families_do),
        cmocka_unit_test(goes_around_a_dead_name_server),
        cmocka_unit_test(judges_answers),
        cmocka_unit_test(uses_fixed_addresses),
        cmocka_unit_test(sends_through_fixed_gateways),
        cmocka_unit_test(says_that_a_router_names_no_prefix),
        cmocka_unit_test(falls_back_to_an_earlier_lease),
    };

    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
