#include "payload/cpio.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char HEADER[] = "070701"
                             "00000001" /* inode */
                             "000081A4" /* mode */
                             "000003E8" /* user */
                             "000003E9" /* group */
                             "00000002" /* links */
                             "5F5E100A" /* mtime */
                             "FFFFFFFF" /* size */
                             "00000003" /* device */
                             "00000004"
                             "00000005" /* node */
                             "00000006"
                             "0000000B"  /* name */
                             "00000000"; /* sum */

static const struct cpio_member MEMBER = { .inode = 1,
                                           .mode = 0x81A4,
                                           .user = 1000,
                                           .group = 1001,
                                           .links = 2,
                                           .mtime_s = 0x5F5E100A,
                                           .size_bytes = UINT32_MAX,
                                           .device_major = 3,
                                           .device_minor = 4,
                                           .node_major = 5,
                                           .node_minor = 6,
                                           .name_bytes = 11 };

static void decodes_every_number(void **state)
{
    struct cpio_member member;

    (void)state;
    assert_int_equal(cpio_decode((const uint8_t *)HEADER, &member), STATUS_OK);
    assert_int_equal(member.inode, MEMBER.inode);
    assert_int_equal(member.mode, MEMBER.mode);
    assert_int_equal(member.user, MEMBER.user);
    assert_int_equal(member.group, MEMBER.group);
    assert_int_equal(member.links, MEMBER.links);
    assert_int_equal(member.mtime_s, MEMBER.mtime_s);
    assert_int_equal(member.size_bytes, MEMBER.size_bytes);
    assert_int_equal(member.device_major, MEMBER.device_major);
    assert_int_equal(member.device_minor, MEMBER.device_minor);
    assert_int_equal(member.node_major, MEMBER.node_major);
    assert_int_equal(member.node_minor, MEMBER.node_minor);
    assert_int_equal(member.name_bytes, MEMBER.name_bytes);
    assert_false(member.has_sum);
}

static void encodes_what_it_decodes(void **state)
{
    uint8_t written[128];
    size_t size;

    (void)state;
    memset(written, 0xAA, sizeof(written));
    assert_int_equal(cpio_encode(&MEMBER, BYTES("0123456789"),
                                 (struct buffer){ written, sizeof(written) }, &size),
                     STATUS_OK);
    assert_int_equal(size, 124);
    assert_memory_equal(written, HEADER, CPIO_HEADER_BYTES);
    assert_memory_equal(written + CPIO_HEADER_BYTES, "0123456789\0\0\0\0", 14);
    assert_int_equal(written[124], 0xAA);
}

static void refuses_what_is_not_a_header(void **state)
{
    char header[CPIO_HEADER_BYTES];
    struct cpio_member member;

    (void)state;
    memcpy(header, HEADER, sizeof(header));
    header[5] = '2';
    assert_int_equal(cpio_decode((const uint8_t *)header, &member), STATUS_OK);
    assert_true(member.has_sum);
    header[5] = '7'; /* the old format */
    assert_int_equal(cpio_decode((const uint8_t *)header, &member), STATUS_ARCHIVE_MALFORMED);
    for (size_t i = 6; i < sizeof(header); i++) {
        static const char bad[] = { 'g', 'G', '/', ':', '@', '`', ' ', 0, '\xB0' };

        for (size_t j = 0; j < sizeof(bad); j++) {
            memcpy(header, HEADER, sizeof(header));
            header[i] = bad[j];
            assert_int_equal(cpio_decode((const uint8_t *)header, &member),
                             STATUS_ARCHIVE_MALFORMED);
        }
    }
}

static void refuses_what_does_not_fit(void **state)
{
    static uint8_t name[CPIO_NAME_MAX_BYTES], memory[CPIO_NAME_MAX_BYTES + 200];
    struct buffer buffer = { memory, sizeof(memory) };
    size_t size;

    (void)state;
    memset(name, 'n', sizeof(name));
    assert_int_equal(cpio_encode(&MEMBER, (struct bytes){ name, sizeof(name) - 1 }, buffer, &size),
                     STATUS_OK);
    assert_int_equal(cpio_encode(&MEMBER, (struct bytes){ name, sizeof(name) }, buffer, &size),
                     STATUS_ARCHIVE_TOO_LARGE);
    assert_int_equal(
        cpio_encode(&MEMBER, BYTES("0123456789"), (struct buffer){ memory, 123 }, &size),
        STATUS_ARCHIVE_TOO_LARGE);
    assert_int_equal(cpio_encode_trailer((struct buffer){ memory, CPIO_TRAILER_BYTES - 1 }),
                     STATUS_ARCHIVE_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_number),
        cmocka_unit_test(encodes_what_it_decodes),
        cmocka_unit_test(refuses_what_is_not_a_header),
        cmocka_unit_test(refuses_what_does_not_fit),
    };

    return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
