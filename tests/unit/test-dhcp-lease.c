#include "net/dhcp-lease.h"
#include "support.h"

#define OPTIONS_OFFSET 240

static const uint8_t mac[LINK_MAC_BYTES] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };

/* A DHCPACK for 10.0.2.15 as iPXE's and the firmware's PXE keep it, with these options. */
static size_t make_packet(uint8_t *packet, struct bytes options)
{
    static const uint8_t cookie[] = { 99, 130, 83, 99 };

    memset(packet, 0, OPTIONS_OFFSET);
    packet[0] = 2;
    packet[1] = 1;
    packet[2] = LINK_MAC_BYTES;
    memcpy(packet + 16, ((uint8_t[]){ 10, 0, 2, 15 }), 4);
    memcpy(packet + 28, mac, sizeof(mac));
    memcpy(packet + 236, cookie, sizeof(cookie));
    memcpy(packet + OPTIONS_OFFSET, options.data, options.size);
    return OPTIONS_OFFSET + options.size;
}

static bool read_exact(const uint8_t *packet, size_t size, struct ip_setting *ret_lease)
{
    struct buffer copy = exact_copy((struct bytes){ packet, size });
    bool good = dhcp_lease_read(buffer_bytes(copy), mac, ret_lease);

    free(copy.data);
    return good;
}

#define OPTIONS(...) \
    ((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) })
#define ACK 53, 1, 5

static void reads_a_lease(void **state)
{
    uint8_t packet[400];
    size_t size = make_packet(packet, OPTIONS(ACK, 1, 4, 255, 255, 255, 0, 0, 0, 3, 8, 10, 0, 2, 2,
                                              10, 0, 2, 3, 6, 8, 10, 0, 2, 4, 10, 0, 2, 5, 255, 7));
    struct ip_setting lease;

    (void)state;
    assert_true(read_exact(packet, size, &lease));
    assert_false(lease.dhcp || lease.slaac || lease.ipv6.given);
    assert_true(lease.ipv4.given && lease.ipv4.has_gateway);
    assert_int_equal(lease.ipv4.address.bytes[3], 15);
    assert_int_equal(lease.ipv4.prefix_bits, 24);
    assert_int_equal(lease.ipv4.gateway.bytes[3], 2);
    assert_int_equal(lease.name_server_count, 2);
    assert_int_equal(lease.name_servers[1].bytes[3], 5);
}

static void does_with_little(void **state)
{
    const struct bytes cases[] = {
        OPTIONS(ACK),
        OPTIONS(ACK, 255),
        /* a bad mask, no gateway, no name server that could be one; cut short at the end */
        OPTIONS(1, 4, 255, 0, 255, 0, ACK, 3, 4, 0, 0, 0, 0, 6, 5, 0, 0, 0, 0, 9, 6),
        OPTIONS(1, 3, 255, 0, 255, ACK, 3, 3, 10, 0, 0, 6, 0, 6, 200, 1),
    };
    uint8_t packet[400];
    struct ip_setting lease;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_true(read_exact(packet, make_packet(packet, cases[i]), &lease));
        assert_int_equal(lease.ipv4.prefix_bits, 8);
        assert_false(lease.ipv4.has_gateway);
        assert_int_equal(lease.name_server_count, 0);
    }
}

static void keeps_three_name_servers(void **state)
{
    uint8_t packet[400];
    struct ip_setting lease;

    (void)state;
    assert_true(read_exact(packet,
                           make_packet(packet, OPTIONS(ACK, 6, 20, 10, 0, 0, 1, 0, 0, 0, 0, 10, 0,
                                                       0, 3, 10, 0, 0, 4, 10, 0, 0, 5)),
                           &lease));
    assert_int_equal(lease.name_server_count, IP_NAME_SERVERS_MOST);
    assert_int_equal(lease.name_servers[1].bytes[3], 3);
}

static void refuses_what_is_no_lease(void **state)
{
    /* offset and a byte that makes a good packet a bad one */
    static const struct {
        size_t offset;
        uint8_t byte;
    } cases[] = {
        { 0, 1 },  { 1, 6 },   { 2, 16 },   { 16, 0 },  { 16, 224 },
        { 33, 0 }, { 236, 0 }, { 240, 54 }, { 242, 2 }, { 241, 2 },
    };
    uint8_t packet[400];
    struct ip_setting lease;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t size = make_packet(packet, OPTIONS(ACK, 0));

        assert_true(read_exact(packet, size, &lease));
        packet[cases[i].offset] = cases[i].byte;
        assert_false(read_exact(packet, size, &lease));
    }
    make_packet(packet, OPTIONS(ACK));
    for (size_t size = 0; size < OPTIONS_OFFSET + 3; size++)
        assert_false(read_exact(packet, size, &lease));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_lease),
        cmocka_unit_test(does_with_little),
        cmocka_unit_test(keeps_three_name_servers),
        cmocka_unit_test(refuses_what_is_no_lease),
    };

    return cmocka_run_group_tests_name("dhcp-lease", tests, NULL, NULL);
}
