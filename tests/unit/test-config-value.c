#include "kernel-cmdline/config-value.h"
#include "support.h"

#define DIGITS_63 "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1"

static void reads_numbers(void **state)
{
    static const struct {
        enum key_type type;
        const char *text;
        uint64_t number; /* 0: refused */
    } cases[] = {
        { KEY_TYPE_SIZE, "1", 1 },
        { KEY_TYPE_SIZE, "007", 7 },
        { KEY_TYPE_SIZE, "4294967296", UINT64_C(1) << 32 },
        { KEY_TYPE_SIZE, "9223372036854775807", INT64_MAX },
        { KEY_TYPE_SIZE, "9223372036854775808", 0 },
        { KEY_TYPE_SIZE, "18446744073709551617", 0 }, /* would wrap to 1 */
        { KEY_TYPE_SIZE, "99999999999999999999999999", 0 },
        { KEY_TYPE_SIZE, "0", 0 },
        { KEY_TYPE_SIZE, "", 0 },
        { KEY_TYPE_SIZE, "-1", 0 },
        { KEY_TYPE_SIZE, "+1", 0 },
        { KEY_TYPE_SIZE, " 1", 0 },
        { KEY_TYPE_SIZE, "1k", 0 },
        { KEY_TYPE_SIZE, "0x10", 0 },
        { KEY_TYPE_SECONDS, "1", 1 },
        { KEY_TYPE_SECONDS, "86400", 86400 },
        { KEY_TYPE_SECONDS, "86401", 0 },
        { KEY_TYPE_SECONDS, "4294967297", 0 },
        { KEY_TYPE_SECONDS, "0", 0 },
        { KEY_TYPE_SECONDS, "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(bytes_of_string(cases[i].text));
        union config_value value;
        bool good = config_value_read(cases[i].type, buffer_bytes(copy), &value);

        free(copy.data);
        if (good != (cases[i].number != 0))
            fail_msg("'%s'", cases[i].text);
        if (good)
            assert_int_equal(cases[i].type == KEY_TYPE_SIZE ? value.size : value.seconds,
                             cases[i].number);
    }
}

static void reads_numbers_from_zero(void **state)
{
    union config_value value;

    (void)state;
    assert_true(config_value_read(KEY_TYPE_NUMBER, BYTES("0"), &value));
    assert_int_equal(value.number, 0);
    assert_true(config_value_read(KEY_TYPE_NUMBER, BYTES("18446744073709551615"), &value));
    assert_int_equal(value.number, UINT64_MAX);
    assert_false(config_value_read(KEY_TYPE_NUMBER, BYTES("18446744073709551616"), &value));
    assert_false(config_value_read(KEY_TYPE_NUMBER, BYTES("-1"), &value));
    assert_false(config_value_read(KEY_TYPE_NUMBER, BYTES(""), &value));
}

static void reads_times(void **state)
{
    union config_value value;

    (void)state;
    assert_true(config_value_read(KEY_TYPE_UTC, BYTES("1970-01-02T00:00:01Z"), &value));
    assert_int_equal(value.utc_s, 86401);
    assert_false(config_value_read(KEY_TYPE_UTC, BYTES("1970-01-02"), &value));
    assert_false(config_value_read(KEY_TYPE_UTC, BYTES("1970-01-02T00:00:01+01:00"), &value));
}

static void reads_digests(void **state)
{
    union config_value value;

    (void)state;
    assert_true(config_value_read(KEY_TYPE_SHA256, BYTES(DIGITS_63 "F"), &value));
    for (uint8_t i = 0; i < SHA256_BYTES; i++)
        assert_int_equal(value.sha256.bytes[i], i);
    assert_false(config_value_read(KEY_TYPE_SHA256, BYTES(DIGITS_63), &value));
    assert_false(config_value_read(KEY_TYPE_SHA256, BYTES(DIGITS_63 "ff"), &value));
    assert_false(config_value_read(KEY_TYPE_SHA256, BYTES(DIGITS_63 "g"), &value));
    assert_false(config_value_read(KEY_TYPE_SHA256, BYTES("g" DIGITS_63), &value));
    assert_false(config_value_read(KEY_TYPE_SHA256, (struct bytes){ NULL, 0 }, &value));
}

static void reads_the_rest(void **state)
{
    union config_value value;

    (void)state;
    assert_true(config_value_read(KEY_TYPE_URL, BYTES("http://a/b"), &value));
    assert_bytes(value.url, "http://a/b");
    assert_false(config_value_read(KEY_TYPE_URL, BYTES(""), &value));
    assert_true(config_value_read(KEY_TYPE_TEXT, BYTES("a b"), &value));
    assert_bytes(value.text, "a b");
    assert_false(config_value_read(KEY_TYPE_TEXT, BYTES(""), &value));
    assert_true(config_value_read(KEY_TYPE_ROOT_MODE, BYTES("nullfs"), &value));
    assert_int_equal(value.root_mode, ROOT_NULLFS);
    assert_false(config_value_read(KEY_TYPE_ROOT_MODE, BYTES("foo"), &value));
    assert_true(config_value_read(KEY_TYPE_TRANSPORT, BYTES("auto"), &value));
    assert_int_equal(value.transport, TRANSPORT_AUTO);
    assert_true(config_value_read(KEY_TYPE_TRANSPORT, BYTES("snp"), &value));
    assert_int_equal(value.transport, TRANSPORT_SNP);
    assert_true(config_value_read(KEY_TYPE_TRANSPORT, BYTES("firmware"), &value));
    assert_int_equal(value.transport, TRANSPORT_FIRMWARE);
    assert_false(config_value_read(KEY_TYPE_TRANSPORT, BYTES("SNP"), &value));
    assert_false(config_value_read(KEY_TYPE_TRANSPORT, BYTES(""), &value));
    assert_true(config_value_read(KEY_TYPE_ARCHITECTURE, BYTES("aa64"), &value));
    assert_int_equal(value.architecture, ARCHITECTURE_AA64);
    assert_false(config_value_read(KEY_TYPE_ARCHITECTURE, BYTES("ia32"), &value));
    assert_true(config_value_read(KEY_TYPE_FORMAT, BYTES("auto"), &value));
    assert_int_equal(value.format, FORMAT_AUTO);
    assert_true(config_value_read(KEY_TYPE_FORMAT, BYTES("zstd"), &value));
    assert_int_equal(value.format, FORMAT_ZSTD);
    assert_true(config_value_read(KEY_TYPE_FORMAT, BYTES("cpio"), &value));
    assert_int_equal(value.format, FORMAT_CPIO);
    assert_true(config_value_read(KEY_TYPE_FORMAT, BYTES("other"), &value));
    assert_int_equal(value.format, FORMAT_OTHER);
    assert_false(config_value_read(KEY_TYPE_FORMAT, BYTES("gzip"), &value));
    assert_false(config_value_read(KEY_TYPE_FORMAT, BYTES(""), &value));
    assert_false(config_value_read((enum key_type)99, BYTES("x"), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),  cmocka_unit_test(reads_numbers_from_zero),
        cmocka_unit_test(reads_times),    cmocka_unit_test(reads_digests),
        cmocka_unit_test(reads_the_rest),
    };

    return cmocka_run_group_tests_name("config-value", tests, NULL, NULL);
}
