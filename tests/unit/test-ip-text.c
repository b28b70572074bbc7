#include "net/ip-text.h"
#include "support.h"

static void assert_address(const char *text, bool is_ipv6, const uint8_t *bytes)
{
    struct buffer copy = exact_copy(bytes_of_string(text));
    struct ip_address address;

    assert_true(is_ipv6 ? ip_text_read_ipv6(buffer_bytes(copy), &address)
                        : ip_text_read_ipv4(buffer_bytes(copy), &address));
    assert_true(address.is_ipv6 == is_ipv6);
    assert_memory_equal(address.bytes, bytes, IPV6_BYTES);
    free(copy.data);
}

static void reads_ipv4(void **state)
{
    static const struct {
        const char *text;
        uint8_t bytes[IPV6_BYTES];
    } cases[] = {
        { "0.0.0.0", { 0 } },
        { "10.0.2.15", { 10, 0, 2, 15 } },
        { "255.255.255.255", { 255, 255, 255, 255 } },
        { "1.20.100.9", { 1, 20, 100, 9 } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_address(cases[i].text, false, cases[i].bytes);
}

static void reads_ipv6(void **state)
{
    static const struct {
        const char *text;
        uint8_t bytes[IPV6_BYTES];
    } cases[] = {
        { "::", { 0 } },
        { "::1", { [15] = 1 } },
        { "1::", { [1] = 1 } },
        { "fd00::1", { 0xfd, [15] = 1 } },
        { "FE80::5054:ff:fe12:3456",
          { 0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56 } },
        { "1:2:3:4:5:6:7:8", { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8 } },
        { "1:2:3:4:5:6:7::", { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0 } },
        { "::2:3:4:5:6:7:8", { 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8 } },
        { "1:2:3:4:5:6:1.2.3.4", { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4 } },
        { "::ffff:192.0.2.1", { [10] = 0xff, 0xff, 192, 0, 2, 1 } },
        { "::1.2.3.4", { [12] = 1, 2, 3, 4 } },
        { "0001:00aB::", { 0, 1, 0, 0xab } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_address(cases[i].text, true, cases[i].bytes);
}

static void refuses_what_is_no_address(void **state)
{
    static const char *const texts[] = {
        "",
        ".",
        "1",
        "1.2.3",
        "1.2.3.",
        "1.2.3.4.",
        ".1.2.3.4",
        "1.2.3.4.5",
        "256.0.0.1",
        "01.2.3.4",
        "1.2.3.04",
        "0x1.2.3.4",
        "1.2.3.4 ",
        "1..3.4",
        "-1.2.3.4",
        "1.2.3.4/8",
        "99999.1.1.1",
        "a.b.c.d",
        "1.2.3.4294967297",
        ":",
        ":::",
        "1:2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "g::",
        "1:",
        ":1",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7",
        "::1.2.3",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::256.0.0.1",
        "[::1]",
        "::1%eth0",
        "::1/64",
        "fe80::1 ",
        "1:2:3:4::5:6:7:8:",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct buffer copy = exact_copy(bytes_of_string(texts[i]));
        struct ip_address address;

        if (ip_text_read_ipv4(buffer_bytes(copy), &address) ||
            ip_text_read_ipv6(buffer_bytes(copy), &address))
            fail_msg("'%s' was read as an address", texts[i]);
        free(copy.data);
    }
}

static void knows_addresses_of_single_machines(void **state)
{
    static const char *const good[] = { "10.0.0.1", "1.0.0.0", "223.255.255.255" };
    static const char *const bad[] = { "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255" };
    static const char *const good6[] = { "::1", "fe80::1", "fd00::1", "64:ff9b::1.2.3.4" };
    static const char *const bad6[] = { "::", "ff02::1", "ffff::", "::ffff:1.2.3.4" };
    struct ip_address address;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_true(ip_text_read_ipv4(bytes_of_string(good[i]), &address) &&
                    ip_address_is_unicast(&address));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_true(ip_text_read_ipv4(bytes_of_string(bad[i]), &address) &&
                    !ip_address_is_unicast(&address));
    for (size_t i = 0; i < ARRAY_LENGTH(good6); i++)
        assert_true(ip_text_read_ipv6(bytes_of_string(good6[i]), &address) &&
                    ip_address_is_unicast(&address));
    for (size_t i = 0; i < ARRAY_LENGTH(bad6); i++)
        assert_true(ip_text_read_ipv6(bytes_of_string(bad6[i]), &address) &&
                    !ip_address_is_unicast(&address));
}

static void writes_addresses(void **state)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "10.0.2.15",
        "255.255.255.255",
        "::",
        "::1",
        "1::",
        "fd00::1",
        "fe80::5054:ff:fe12:3456",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:0",
        "0:2:3:4:5:6:7:8",
        "1:0:3:4:5:6:7:8",
        "1:2:3:4:5:6::",
        "::3:4:5:6:7:8",
        "2001:db8::1:0:0:1",
        "1:0:0:4::8",
        "1:0:3::6:0:8",
        "abcd:ef01:2345:6789:abcd:ef01:2345:6789",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct bytes bytes = bytes_of_string(texts[i]);
        struct ip_address address;
        struct detail detail;

        assert_true(ip_text_read_ipv4(bytes, &address) || ip_text_read_ipv6(bytes, &address));
        ip_text_add(detail_clear(&detail), &address);
        assert_detail(&detail, texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_ipv4),
        cmocka_unit_test(reads_ipv6),
        cmocka_unit_test(writes_addresses),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(knows_addresses_of_single_machines),
    };

    return cmocka_run_group_tests_name("ip-text", tests, NULL, NULL);
}
