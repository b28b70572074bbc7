#include "payload/entry.h"
#include "support.h"

/* Reads all of a text and writes it back as "line:key=value;". */
static enum status read_all(struct bytes text, struct detail *detail, struct text *ret_seen)
{
    struct entry_reader reader;
    enum status st;

    if ((st = entry_open(text, detail_clear(detail), &reader)))
        return st;
    for (;;) {
        struct entry_pair pair;
        bool more = false;

        if ((st = entry_next(&reader, &detail->text, &more, &pair)) || !more)
            return st;
        text_add_u64(ret_seen, reader.line);
        text_add(ret_seen, ":");
        text_add_bytes(ret_seen, pair.key);
        text_add(ret_seen, "=");
        text_add_bytes(ret_seen, pair.value);
        text_add(ret_seen, ";");
    }
}

static void reads_pairs(void **state)
{
    static const struct {
        struct bytes text;
        const char *seen;
    } cases[] = {
        { { NULL, 0 }, "" },
        { BYTES("\n\n  \n\t\r\n"), "" },
        { BYTES("# only a comment"), "" },
        { BYTES("linux /vmlinuz"), "1:linux=/vmlinuz;" },
        { BYTES("title Debian 12\nlinux  /vmlinuz \n"), "1:title=Debian 12;2:linux=/vmlinuz;" },
        { BYTES("linux\t/vmlinuz\t\n"), "1:linux=/vmlinuz;" },
        { BYTES("  # comment\n  linux /a\n#\n\noptions a  b\n"), "2:linux=/a;5:options=a  b;" },
        { BYTES("a b\r\nc d\r\n"), "1:a=b;2:c=d;" },
        { BYTES("a b\r"), "1:a=b;" },
        { BYTES("\xef\xbb\xbflinux x"), "1:linux=x;" },
        { BYTES("\xef\xbb\xbf"), "" },
        { BYTES("options \"a b\" # no comment"), "1:options=\"a b\" # no comment;" },
        { BYTES("title Gr\xc3\xbc\xc3\x9f\x65"), "1:title=Gr\xc3\xbc\xc3\x9f\x65;" },
    };
    struct detail detail, seen;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);

        assert_status(read_all(buffer_bytes(copy), &detail, detail_clear(&seen)), STATUS_OK);
        assert_detail(&seen, cases[i].seen);
        free(copy.data);
    }
}

static void names_what_is_wrong(void **state)
{
    static const struct {
        struct bytes text;
        enum status status;
        const char *detail;
    } cases[] = {
        { BYTES("linux"), STATUS_ENTRY_NO_VALUE,
          "line 1: 'linux': expected a key, a blank and a value" },
        { BYTES("a b\nlinux \t\r\n"), STATUS_ENTRY_NO_VALUE,
          "line 2: 'linux': expected a key, a blank and a value" },
        { BYTES("a b\nc \xff"), STATUS_ENTRY_ENCODING,
          "line 2: expected UTF-8, found something else (byte 0xff)" },
        { BYTES("a b\n\nc \x1b[m"), STATUS_ENTRY_ENCODING,
          "line 3: a control character (byte 0x1b)" },
        { BYTES("a \0"), STATUS_ENTRY_ENCODING, "line 1: a control character (byte 0x00)" },
        { BYTES("a b\rc d"), STATUS_ENTRY_ENCODING,
          "line 1: a carriage return without a line feed (byte 0x0d)" },
    };
    struct detail detail, seen;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);

        assert_status(read_all(buffer_bytes(copy), &detail, detail_clear(&seen)), cases[i].status);
        assert_detail(&detail, cases[i].detail);
        free(copy.data);
    }
}

static void ends_at_its_limit(void **state)
{
    struct buffer text = { malloc(ENTRY_MAX_BYTES + 1), ENTRY_MAX_BYTES + 1 };
    struct detail detail, seen;

    (void)state;
    assert_non_null(text.data);
    memset(text.data, ' ', text.size);
    memcpy(text.data, "a ", 2);
    text.data[ENTRY_MAX_BYTES - 1] = 'b';
    assert_status(
        read_all(bytes_first(buffer_bytes(text), ENTRY_MAX_BYTES), &detail, detail_clear(&seen)),
        STATUS_OK);
    assert_detail(&seen, "1:a=b;");
    assert_status(read_all(buffer_bytes(text), &detail, detail_clear(&seen)),
                  STATUS_ENTRY_TOO_LONG);
    assert_detail(&detail, "expected at most 65536 bytes, found 65537");
    free(text.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_pairs),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(ends_at_its_limit),
    };

    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
