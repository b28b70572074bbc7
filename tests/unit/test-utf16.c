#include "payload/utf16.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t to_units(const char *text, uint16_t *units, size_t most, size_t *left)
{
    struct bytes rest = bytes_of_string(text);
    size_t count = utf16_from_utf8(&rest, units, most);

    *left = rest.size;
    return count;
}

static void converts_every_length(void **state)
{
    uint16_t units[16];
    size_t left;

    (void)state;
    /* 1, 2, 3 and 4 bytes of UTF-8: U+0041, U+00E9, U+20AC, U+1F680 */
    assert_int_equal(to_units("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\x80", units, 16, &left), 5);
    assert_int_equal(left, 0);
    assert_int_equal(units[0], 0x41);
    assert_int_equal(units[1], 0xE9);
    assert_int_equal(units[2], 0x20AC);
    assert_int_equal(units[3], 0xD83D);
    assert_int_equal(units[4], 0xDE80);
}

static void replaces_what_is_not_utf8(void **state)
{
    static const char *const broken[] = {
        "\x80",             /* a continuation alone */
        "\xC3",             /* cut */
        "\xC0\x80",         /* overlong NUL */
        "\xED\xA0\x80",     /* a surrogate */
        "\xF4\x90\x80\x80", /* beyond U+10FFFF */
        "\xFF",
    };
    uint16_t units[8];
    size_t left;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(broken); i++) {
        assert_true(to_units(broken[i], units, 8, &left) >= 1);
        assert_int_equal(units[0], 0xFFFD);
        assert_int_equal(left, 0);
    }
}

static void stops_where_room_ends(void **state)
{
    uint16_t units[4] = { 0, 0, 0, 0x7777 };
    size_t left;

    (void)state;
    /* One unit is always kept for the second half of a pair. */
    assert_int_equal(to_units("abcdef", units, 3, &left), 2);
    assert_int_equal(left, 4);
    assert_int_equal(units[3], 0x7777);
    assert_int_equal(to_units("abcdef", units, 1, &left), 0);
    assert_int_equal(left, 6);
}

static void goes_back_to_utf8(void **state)
{
    static const uint16_t units[] = { 0x41, 0xE9, 0x20AC, 0xD83D, 0xDE80, 0, 0x42 };
    char memory[32];
    struct text text = TEXT(memory);

    (void)state;
    assert_true(utf16_to_utf8(units, ARRAY_LENGTH(units), &text));
    assert_true(bytes_equal(text_bytes(&text), BYTES("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\x80")));
    assert_true(utf16_to_utf8(NULL, 0, &text));
}

static void refuses_lone_surrogates(void **state)
{
    static const uint16_t alone[][2] = {
        { 0xD83D, 0x41 },   /* high, then something else */
        { 0xDE80, 0xD83D }, /* low first */
        { 0x41, 0xD83D },   /* high at the end */
    };
    char memory[32];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(alone); i++) {
        struct text text = TEXT(memory);

        assert_false(utf16_to_utf8(alone[i], 2, &text));
    }
}

static void says_when_text_does_not_fit(void **state)
{
    static const uint16_t units[] = { 0x41, 0x42, 0x43 };
    char memory[2];
    struct text text = TEXT(memory);

    (void)state;
    assert_true(utf16_to_utf8(units, 3, &text));
    assert_true(text.truncated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_every_length),   cmocka_unit_test(replaces_what_is_not_utf8),
        cmocka_unit_test(stops_where_room_ends),   cmocka_unit_test(goes_back_to_utf8),
        cmocka_unit_test(refuses_lone_surrogates), cmocka_unit_test(says_when_text_does_not_fit),
    };

    return cmocka_run_group_tests_name("utf16", tests, NULL, NULL);
}
