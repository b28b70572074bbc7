#include "payload/utf8.h"
#include "support.h"

static void decodes_whole_characters(void **state)
{
    static const struct {
        struct bytes bytes;
        size_t size;
        uint32_t code_point;
    } cases[] = {
        { BYTES("A"), 1, 0x41 },
        { BYTES("\0"), 1, 0 },
        { BYTES("\x7fx"), 1, 0x7f },
        { BYTES("\xc2\x80"), 2, 0x80 },
        { BYTES("\xdf\xbf"), 2, 0x7ff },
        { BYTES("\xe0\xa0\x80"), 3, 0x800 },
        { BYTES("\xed\x9f\xbf"), 3, 0xd7ff },
        { BYTES("\xee\x80\x80"), 3, 0xe000 },
        { BYTES("\xef\xbf\xbf"), 3, 0xffff },
        { BYTES("\xf0\x90\x80\x80"), 4, 0x10000 },
        { BYTES("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].bytes);
        uint32_t code_point = 1;

        assert_int_equal(utf8_decode(buffer_bytes(copy), &code_point), cases[i].size);
        assert_int_equal(code_point, cases[i].code_point);
        free(copy.data);
    }
}

static void refuses_everything_else(void **state)
{
    static const struct bytes cases[] = {
        { NULL, 0 },
        BYTES("\x80"),             /* a continuation first */
        BYTES("\xc3"),             /* cut */
        BYTES("\xe2\x82"),         /* cut */
        BYTES("\xf0\x9f\x9a"),     /* cut */
        BYTES("\xc3\x28"),         /* no continuation */
        BYTES("\xe2\x82\x28"),     /* no continuation */
        BYTES("\xc0\x80"),         /* overlong */
        BYTES("\xc1\xbf"),         /* overlong */
        BYTES("\xe0\x9f\xbf"),     /* overlong */
        BYTES("\xf0\x8f\xbf\xbf"), /* overlong */
        BYTES("\xed\xa0\x80"),     /* a surrogate */
        BYTES("\xed\xbf\xbf"),     /* a surrogate */
        BYTES("\xf4\x90\x80\x80"), /* beyond U+10FFFF */
        BYTES("\xf8\x88\x80\x80\x80"),
        BYTES("\xff"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i]);
        uint32_t code_point = 1;

        assert_int_equal(utf8_decode(buffer_bytes(copy), &code_point), 0);
        assert_int_equal(code_point, 1);
        free(copy.data);
    }
}

static void finds_what_is_not_text(void **state)
{
    static const struct {
        struct bytes text;
        const char *allowed;
        enum utf8_fault fault;
        size_t offset;
    } cases[] = {
        { { NULL, 0 }, "", UTF8_FINE, 99 },
        { BYTES("fine \xe2\x82\xac"), "", UTF8_FINE, 99 },
        { BYTES("a\tb\n"), "\t\n", UTF8_FINE, 99 },
        { BYTES("a\tb\n"), "\t", UTF8_CONTROL, 3 },
        { BYTES("nul\0"), "\t", UTF8_CONTROL, 3 },
        { BYTES("\x7f"), "", UTF8_CONTROL, 0 },
        { BYTES("\xc3\xbc\xc2\x85"), "", UTF8_CONTROL, 2 },
        { BYTES("\xc2\xa0"), "", UTF8_FINE, 99 }, /* no-break space is none */
        { BYTES("ab\xff"), "", UTF8_INVALID, 2 },
        { BYTES("\x01\xff"), "", UTF8_CONTROL, 0 }, /* the first one */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t offset = 99;

        assert_int_equal(utf8_check(cases[i].text, cases[i].allowed, &offset), cases[i].fault);
        assert_int_equal(offset, cases[i].offset);
    }
}

static void drops_one_mark(void **state)
{
    (void)state;
    assert_bytes(utf8_without_mark(BYTES("\xef\xbb\xbfx")), "x");
    assert_bytes(utf8_without_mark(BYTES("\xef\xbb\xbf")), "");
    assert_bytes(utf8_without_mark(BYTES("\xef\xbb")), "\xef\xbb");
    assert_bytes(utf8_without_mark((struct bytes){ NULL, 0 }), "");
    assert_bytes(utf8_without_mark(BYTES("\xef\xbb\xbf\xef\xbb\xbf")), "\xef\xbb\xbf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_whole_characters),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(finds_what_is_not_text),
        cmocka_unit_test(drops_one_mark),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
