#include "payload/text.h"
#include "support.h"

static void adds_parts(void **state)
{
    struct detail detail;
    struct text *text = detail_clear(&detail);

    (void)state;
    text_add(text, "");
    text_add(text, "a ");
    text_add_bytes(text, BYTES("b\0c"));
    text_add_bytes(text, (struct bytes){ NULL, 0 });
    text_add(text, " ");
    text_add_hex_bytes(text, BYTES("\x00\xff\x1a"));
    assert_true(bytes_equal(text_bytes(text), BYTES("a b\0c 00ff1a")));
    assert_false(text->truncated);
    text_clear(text);
    assert_int_equal(text->size, 0);
}

static void adds_numbers(void **state)
{
    struct detail detail;
    struct text *text = detail_clear(&detail);

    (void)state;
    text_add_u64(text, 0);
    text_add(text, " ");
    text_add_u64(text, 1234567890);
    text_add(text, " ");
    text_add_u64(text, UINT64_MAX);
    assert_detail(&detail, "0 1234567890 18446744073709551615");

    text = detail_clear(&detail);
    text_add_hex(text, 0xab, 2);
    text_add(text, " ");
    text_add_hex(text, 0x5, 4);
    text_add(text, " ");
    text_add_hex(text, 0x12345, 4); /* the low digits */
    text_add(text, " ");
    text_add_hex(text, UINT64_MAX, 99);
    text_add_hex(text, 1, 0);
    assert_detail(&detail, "ab 0005 2345 ffffffffffffffff");
}

static void adds_sizes(void **state)
{
    static const struct {
        uint64_t size_bytes;
        const char *shown;
    } cases[] = {
        { 0, "0 bytes" },
        { 1, "1 byte" },
        { 1023, "1023 bytes" },
        { 1024, "1.0 KiB" },
        { 1536, "1.5 KiB" },
        { 112512205, "107.3 MiB" },
        { (1 << 20) - 1, "1.0 MiB" }, /* not 1024.0 KiB */
        { 1 << 20, "1.0 MiB" },
        { UINT64_C(5) << 30, "5.0 GiB" },
        { UINT64_C(1) << 40, "1.0 TiB" },
        { UINT64_C(3) << 50, "3.0 PiB" },
        { UINT64_C(1) << 60, "1.0 EiB" },
        { UINT64_MAX, "16.0 EiB" },
    };
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        text_add_size(detail_clear(&detail), cases[i].size_bytes);
        assert_detail(&detail, cases[i].shown);
    }
}

static void quotes_untrusted_bytes(void **state)
{
    static const struct {
        struct bytes untrusted;
        const char *shown;
    } cases[] = {
        { { NULL, 0 }, "''" },
        { BYTES("plain text"), "'plain text'" },
        { BYTES("gr\xc3\xbc\xc3\x9f"), "'gr\xc3\xbc\xc3\x9f'" },
        { BYTES("a\nb\x1b[2J\x7f"), "'a\\x0ab\\x1b[2J\\x7f'" },
        { BYTES("nul\0nul"), "'nul\\x00nul'" },
        { BYTES("\xff\xfe"), "'\\xff\\xfe'" },
        { BYTES("cut \xe2\x82"), "'cut \\xe2\\x82'" },
        { BYTES("csi \xc2\x9b"), "'csi \\xc2\\x9b'" },          /* a C1 control */
        { BYTES("rtl \xe2\x80\xae"), "'rtl \\xe2\\x80\\xae'" }, /* turns the line around */
        { BYTES("sep \xe2\x80\xa8"), "'sep \\xe2\\x80\\xa8'" }, /* a line separator */
        { BYTES("bom \xef\xbb\xbf"), "'bom \\xef\\xbb\\xbf'" }, /* invisible */
    };
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        text_add_quoted(detail_clear(&detail), cases[i].untrusted);
        assert_detail(&detail, cases[i].shown);
    }
}

static void cuts_long_quotes(void **state)
{
    uint8_t bytes[TEXT_QUOTED_MAX + 1];
    struct detail detail;

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    text_add_quoted(detail_clear(&detail), (struct bytes){ bytes, TEXT_QUOTED_MAX });
    assert_int_equal(detail.text.size, TEXT_QUOTED_MAX + 2);
    text_add_quoted(detail_clear(&detail), (struct bytes){ bytes, TEXT_QUOTED_MAX + 1 });
    assert_int_equal(detail.text.size, TEXT_QUOTED_MAX + 5);
    assert_detail_has(&detail, "x'...");

    /* A character that would be cut in two is left out. */
    memcpy(bytes + TEXT_QUOTED_MAX - 1, "\xc3\xbc", 2);
    text_add_quoted(detail_clear(&detail), (struct bytes){ bytes, TEXT_QUOTED_MAX + 1 });
    assert_int_equal(detail.text.size, TEXT_QUOTED_MAX - 1 + 5);
    assert_detail_has(&detail, "x'...");
}

static void never_writes_beyond_its_capacity(void **state)
{
    char memory[9] = "########";
    struct text text = { .data = memory, .capacity = 4 };

    (void)state;
    text_add(&text, "abcd");
    assert_false(text.truncated);
    text_add(&text, "");
    assert_false(text.truncated);
    text_add(&text, "e");
    assert_true(text.truncated);
    assert_string_equal(memory, "abcd####");

    text_clear(&text);
    text_add(&text, "a");
    text_add_u64(&text, 123456);
    assert_true(text.truncated);
    text_clear(&text);
    text_add(&text, "xyz");
    text_add(&text, "long");
    text_add(&text, "s"); /* nothing follows a gap, even where it would fit */
    assert_int_equal(text.size, 4);
    assert_string_equal(memory, "xyzl####");
}

static void works_without_memory(void **state)
{
    struct text text = { 0 };

    (void)state;
    text_add_quoted(&text, BYTES("abc"));
    text_add_size(&text, 1);
    assert_true(text.truncated);
    assert_int_equal(text.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_parts),           cmocka_unit_test(adds_numbers),
        cmocka_unit_test(adds_sizes),           cmocka_unit_test(quotes_untrusted_bytes),
        cmocka_unit_test(cuts_long_quotes),     cmocka_unit_test(never_writes_beyond_its_capacity),
        cmocka_unit_test(works_without_memory),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
