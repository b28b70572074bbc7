#include "net/ip-setting.h"
#include "support.h"

static enum status add(struct ip_setting *setting, const char *text, struct detail *detail)
{
    struct buffer copy = exact_copy(bytes_of_string(text));
    enum status st = ip_setting_add(setting, buffer_bytes(copy), detail_clear(detail));

    free(copy.data);
    return st;
}

static struct ip_setting setting_of(const char *text)
{
    struct ip_setting setting = { .dhcp = false };
    struct detail detail;

    assert_status(add(&setting, text, &detail), STATUS_OK);
    assert_detail(&detail, "");
    return setting;
}

static void assert_ipv4(const struct ip_address *address, uint8_t a, uint8_t b, uint8_t c,
                        uint8_t d)
{
    const uint8_t bytes[IPV6_BYTES] = { a, b, c, d };

    assert_false(address->is_ipv6);
    assert_memory_equal(address->bytes, bytes, sizeof(bytes));
}

static void assert_ipv6(const struct ip_address *address, uint8_t first, uint8_t last)
{
    const uint8_t bytes[IPV6_BYTES] = { first, [15] = last };

    assert_true(address->is_ipv6);
    assert_memory_equal(address->bytes, bytes, sizeof(bytes));
}

static void reads_all_fields(void **state)
{
    struct ip_setting setting =
        setting_of("10.1.2.3:10.0.0.5:10.1.2.1:255.255.0.0:worker:eth0:none:10.0.0.6:"
                   "[fd00::6]:10.0.0.7");

    (void)state;
    assert_false(setting.dhcp || setting.slaac || setting.ipv6.given);
    assert_true(setting.ipv4.given && setting.ipv4.has_gateway);
    assert_ipv4(&setting.ipv4.address, 10, 1, 2, 3);
    assert_ipv4(&setting.ipv4.gateway, 10, 1, 2, 1);
    assert_int_equal(setting.ipv4.prefix_bits, 16);
    assert_int_equal(setting.name_server_count, 2);
    assert_ipv4(&setting.name_servers[0], 10, 0, 0, 6);
    assert_ipv6(&setting.name_servers[1], 0xfd, 6);
}

static void reads_addresses(void **state)
{
    static const struct {
        const char *text;
        unsigned int prefix_bits;
        bool has_gateway;
    } cases[] = {
        /* Without a netmask, that of the class: as the kernel does. */
        { "10.0.0.2", 8, false },
        { "127.0.0.2", 8, false },
        { "128.0.0.2", 16, false },
        { "191.255.0.2", 16, false },
        { "192.168.0.2", 24, false },
        { "223.0.0.2::223.0.0.1", 24, true },
        { "10.0.0.2:::24", 24, false },
        { "10.0.0.2:::255.255.255.255", 32, false },
        { "10.0.0.2:::128.0.0.0", 1, false },
        { "10.0.0.2:::32:", 32, false },
        { "10.0.0.2::10.0.0.1:255.255.255.0::eth0:off", 24, true },
        { "10.0.0.2::10.0.0.1:255.255.255.0:::on", 24, true },
        { "10.0.0.2::10.0.0.1:255.255.255.0:::any:::", 24, true },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct ip_setting setting = setting_of(cases[i].text);

        assert_true(setting.ipv4.given && !setting.ipv6.given);
        assert_int_equal(setting.ipv4.prefix_bits, cases[i].prefix_bits);
        assert_true(setting.ipv4.has_gateway == cases[i].has_gateway);
        assert_false(setting.dhcp || setting.slaac);
        assert_int_equal(setting.name_server_count, 0);
    }
}

static void reads_ipv6(void **state)
{
    static const char *const texts[] = { "[fd00::2]", "[fd00::2]:::64",
                                         "[fd00::2]::[fe80::1]:64:name:eth0:none" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct ip_setting setting = setting_of(texts[i]);

        assert_true(setting.ipv6.given && !setting.ipv4.given);
        assert_ipv6(&setting.ipv6.address, 0xfd, 2);
        assert_int_equal(setting.ipv6.prefix_bits, 64);
    }
}

static void reads_words(void **state)
{
    static const struct {
        const char *text;
        bool dhcp, slaac;
    } cases[] = {
        { "dhcp", true, false },
        { "auto6", false, true },
        { "on", true, true },
        { "any", true, true },
        { "::::::dhcp", true, false },
        { ":::::eth0:dhcp", true, false },
        { ":::::eth0", true, true },
        { "::::name::auto6", false, true },
        { ":::::eth0:dhcp:", true, false },
    };
    struct ip_setting setting;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        setting = setting_of(cases[i].text);
        assert_true(setting.dhcp == cases[i].dhcp && setting.slaac == cases[i].slaac);
        assert_false(setting.ipv4.given || setting.ipv6.given);
    }
    setting = setting_of("::::::dhcp:10.0.0.6");
    assert_true(setting.dhcp);
    assert_int_equal(setting.name_server_count, 1);
    ip_setting_automatic(&setting);
    assert_true(setting.dhcp && setting.slaac);
}

static void adds_settings_up(void **state)
{
    struct ip_setting setting = setting_of("10.0.0.2:::24::::10.0.0.6");
    struct detail detail;

    (void)state;
    assert_status(add(&setting, "[fd00::2]:::::::[fd00::6]", &detail), STATUS_OK);
    assert_status(add(&setting, "auto6", &detail), STATUS_OK);
    assert_true(setting.ipv4.given && setting.ipv6.given && setting.slaac && !setting.dhcp);
    assert_int_equal(setting.name_server_count, 2);
    assert_status(add(&setting, "10.0.0.3:::24", &detail), STATUS_IP_BAD);
    assert_detail(&detail, "'10.0.0.3:::24': there is an address of this family already");
    assert_status(add(&setting, "dhcp:::", &detail), STATUS_IP_BAD);
    assert_status(add(&setting, "::::::dhcp:10.0.0.7:10.0.0.8", &detail), STATUS_IP_BAD);
    assert_detail_has(&detail, "more than three name servers");
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        { "none", "'none': no address is given, and none may be asked for" },
        { "off", "none may be asked for" },
        { "static", "autoconf 'static' is not supported: expected dhcp" },
        { "both", "autoconf 'both' is not supported" },
        { "bootp", "autoconf 'bootp'" },
        { "dhcp6", "autoconf 'dhcp6'" },
        { "DHCP", "autoconf 'DHCP'" },
        { "10.0.0", "autoconf '10.0.0' is not supported" },
        { "eth0:dhcp", "client 'eth0' is not an address as in 192.0.2.1 or [2001:db8::1]" },
        { "10.0.0.256:::24", "client '10.0.0.256' is not an address" },
        { "fd00::2", "client 'fd00' is not an address" },
        { "[fd00::2", "autoconf '[fd00::2' is not" },
        { "[fd00::2]x::", "client '[fd00::2]x' is not an address" },
        { "[10.0.0.2]:", "client '[10.0.0.2]' is not an address" },
        { "0.0.0.0:::24", "client '0.0.0.0' is not the address of a single machine" },
        { "224.0.0.1:::24", "single machine" },
        { "[ff02::1]:", "single machine" },
        { "10.0.0.2:x", "server 'x' is not an address" },
        { "10.0.0.2::x", "gateway 'x' is not an address" },
        { "10.0.0.2::[fd00::1]:24", "gateway '[fd00::1]' is not of the client's family" },
        { "[fd00::2]::10.0.0.1", "gateway '10.0.0.1' is not of the client's family" },
        { "10.0.0.2:::0", "netmask '0' is not a netmask as in 255.255.255.0 or 24" },
        { "10.0.0.2:::33", "netmask '33'" },
        { "10.0.0.2:::0.0.0.0", "netmask '0.0.0.0'" },
        { "10.0.0.2:::255.0.255.0", "netmask '255.0.255.0'" },
        { "10.0.0.2:::/24", "netmask '/24'" },
        { "10.0.0.2:::0000000024", "netmask '0000000024'" },
        { "[fd00::2]:::48", "netmask '48' is not supported: IPv6 prefixes have 64 bits" },
        { "[fd00::2]:::ffff::", "netmask 'ffff'" },
        { "10.0.0.2:::24:::dhcp", "autoconf 'dhcp' contradicts the client's address" },
        { "10.0.0.2:::24:::none:1500", "dns0 '1500' is not an address" },
        { "10.0.0.2:::24:::none::x", "dns1 'x'" },
        { "10.0.0.2:::24:::none:::x", "ntp0 'x'" },
        { "10.0.0.2:::24:::none::::", "more than ten fields" },
        { "::10.0.0.1::::dhcp", "a gateway or netmask needs the client's address" },
        { ":::24:::dhcp", "a gateway or netmask needs the client's address" },
        { ":::::::::", "" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct ip_setting setting = { .dhcp = false };
        struct detail detail;
        bool good = cases[i].detail[0] == '\0';

        assert_status(add(&setting, cases[i].text, &detail), good ? STATUS_OK : STATUS_IP_BAD);
        assert_detail_has(&detail, cases[i].detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_fields), cmocka_unit_test(reads_addresses),
        cmocka_unit_test(reads_ipv6),       cmocka_unit_test(reads_words),
        cmocka_unit_test(adds_settings_up), cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests_name("ip-setting", tests, NULL, NULL);
}
