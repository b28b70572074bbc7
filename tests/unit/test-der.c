#include "payload/der.h"
#include "support.h"

static void check_takes(const char *name, struct bytes input, bool good, size_t content,
                        size_t left)
{
    struct buffer copy = exact_copy(input);
    struct bytes rest = buffer_bytes(copy), before = rest;
    struct der object;

    if (der_take(&rest, DER_SEQUENCE, &object) != good)
        fail_msg("%s: expected %d", name, good);
    if (good) {
        assert_int_equal(object.content.size, content);
        assert_int_equal(rest.size, left);
        assert_ptr_equal(object.whole.data, before.data);
        assert_int_equal(object.whole.size, before.size - left);
        assert_ptr_equal(rest.data, before.data + object.whole.size);
    } else {
        assert_ptr_equal(rest.data, before.data);
        assert_int_equal(rest.size, before.size);
    }
    free(copy.data);
}

static void test_take(void **state)
{
    uint8_t large[4 + 256] = { 0x30, 0x82, 0x01, 0x00 };
    uint8_t middle[3 + 128 + 1] = { 0x30, 0x81, 0x80 };

    (void)state;
    check_takes("empty", BYTES("\x30\x00"), true, 0, 0);
    check_takes("something behind", BYTES("\x30\x01x\x30"), true, 1, 1);
    check_takes("two octets of length", (struct bytes){ large, sizeof(large) }, true, 256, 0);
    check_takes("one octet of length", (struct bytes){ middle, sizeof(middle) }, true, 128, 1);
    check_takes("nothing", (struct bytes){ NULL, 0 }, false, 0, 0);
    check_takes("another tag", BYTES("\x31\x00"), false, 0, 0);
    check_takes("no length", BYTES("\x30"), false, 0, 0);
    check_takes("cut", BYTES("\x30\x02x"), false, 0, 0);
    check_takes("indefinite", BYTES("\x30\x80\x00\x00"), false, 0, 0);
    check_takes("reserved", BYTES("\x30\xffx"), false, 0, 0);
    check_takes("long form of 1", BYTES("\x30\x81\x01x"), false, 0, 0);
    check_takes("leading zero", BYTES("\x30\x82\x00\x01x"), false, 0, 0);
    check_takes("4 GiB", BYTES("\x30\x84\xff\xff\xff\xff"), false, 0, 0);
    check_takes("2^64 - 1", BYTES("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"), false, 0, 0);
    check_takes("length cut", BYTES("\x30\x82\x01"), false, 0, 0);
}

static void test_unsigned(void **state)
{
    (void)state;
    assert_true(der_is_unsigned(BYTES("\x00")));
    assert_true(der_is_unsigned(BYTES("\x7f")));
    assert_true(der_is_unsigned(BYTES("\x00\x80")));
    assert_false(der_is_unsigned(BYTES("")));
    assert_false(der_is_unsigned(BYTES("\x80")));
    assert_false(der_is_unsigned(BYTES("\x00\x7f")));
    assert_false(der_is_unsigned(BYTES("\x00\x00\x80")));
}

static void test_ecdsa_signature(void **state)
{
    (void)state;
    assert_true(der_is_ecdsa_signature(BYTES("\x30\x06\x02\x01\x01\x02\x01\x02")));
    assert_false(der_is_ecdsa_signature(BYTES("\x30\x06\x02\x01\x01\x02\x01\x02\x00")));
    assert_false(der_is_ecdsa_signature(BYTES("\x30\x08\x02\x01\x01\x02\x01\x02\x05\x00")));
    assert_false(der_is_ecdsa_signature(BYTES("\x30\x03\x02\x01\x01")));
    assert_false(der_is_ecdsa_signature(BYTES("\x30\x06\x02\x01\x81\x02\x01\x02")));
    assert_false(der_is_ecdsa_signature(BYTES("\x30\x07\x02\x02\x00\x01\x02\x01\x02")));
    assert_false(der_is_ecdsa_signature(BYTES("")));
}

static void check_oid(struct bytes oid, const char *expected)
{
    char memory[100];
    struct text text = TEXT(memory);

    der_add_oid(&text, oid);
    assert_bytes(text_bytes(&text), expected);
}

static void test_oid(void **state)
{
    (void)state;
    check_oid(BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "1.2.840.113549.1.1.11");
    check_oid(BYTES("\x55\x1d\x0f"), "2.5.29.15");
    check_oid(BYTES("\x2b\x65\x70"), "1.3.101.112");
    check_oid(BYTES("\x88\x37"), "2.999");
    check_oid(BYTES("\x00"), "0.0");
    check_oid(BYTES(""), "");
    /* Cut in the middle of a number, and one beyond 64 bits. */
    check_oid(BYTES("\x55\x9d"), "2.5");
    check_oid(BYTES("\x55\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "2.5...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_unsigned),
        cmocka_unit_test(test_ecdsa_signature),
        cmocka_unit_test(test_oid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
