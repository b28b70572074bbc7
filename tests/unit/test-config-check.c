#include "config-fixture.h"

static void tells_entries_from_words(void **state)
{
    static const struct {
        struct bytes text;
        bool is_entry;
    } cases[] = {
        { { NULL, 0 }, false },
        { BYTES("\n # only\n"), false },
        { BYTES("linux http://a/?b=c"), true },
        { BYTES("linux\thttp://a"), true },
        { BYTES("# comment a=b\r\n\r\n  title x"), true },
        { BYTES("\xef\xbb\xbftitle x"), true },
        { BYTES("linux=http://a"), false },
        { BYTES("# title x\nlinux=http://a initrd=b"), false },
        { BYTES("\"linux=a b\""), false },
        { BYTES("-- quiet"), false },
        { BYTES("linux"), true },
        { BYTES("linux = a"), true },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);

        if (config_is_entry(buffer_bytes(copy)) != cases[i].is_entry)
            fail_msg("case %zu", i);
        free(copy.data);
    }
}

struct check_case {
    struct bytes line;
    enum status status;
    const char *detail;
};

static void assert_check(enum status (*check)(const struct config *config, struct text *detail),
                         const struct check_case *expected)
{
    struct fixture f;

    fixture_open(&f);
    assert_status(add_line(&f, expected->line), STATUS_OK);
    assert_status(check(&f.config, detail_clear(&f.detail)), expected->status);
    assert_detail(&f.detail, expected->detail);
    fixture_close(&f);
}

static void checks_the_line(void **state)
{
    static const struct check_case cases[] = {
        { BYTES("entry=e"), STATUS_OK, "" },
        { BYTES("linux=k"), STATUS_OK, "" },
        { BYTES("entry=e rootfs=none"), STATUS_OK, "" },
        { BYTES("-- quiet"), STATUS_CONFIG_MISSING, "expected entry=URL or linux=URL" },
        { BYTES("initrd=a rootfs=none"), STATUS_CONFIG_MISSING, "expected entry=URL or linux=URL" },
        { BYTES("entry=e linux=k"), STATUS_CONFIG_CONFLICT,
          "entry= and linux= are both given, expected either of them" },
        { BYTES("entry=e initrd=k"), STATUS_CONFIG_CONFLICT,
          "entry= and initrd= are both given, expected either of them" },
        { BYTES("entry=e linux-size=1"), STATUS_CONFIG_CONFLICT,
          "entry= and linux-size= are both given, expected either of them" },
        { BYTES("entry=e initrd-format=zstd"), STATUS_CONFIG_CONFLICT,
          "entry= and initrd-format= are both given, expected either of them" },
        { BYTES("entry=e initrd-size=1"), STATUS_CONFIG_CONFLICT,
          "entry= and initrd-size= are both given, expected either of them" },
        { BYTES("entry=e initrd-unpacked-size=1"), STATUS_CONFIG_CONFLICT,
          "entry= and initrd-unpacked-size= are both given, expected either of them" },
        { BYTES("entry=e linux-sha256=" HEX_A), STATUS_CONFIG_CONFLICT,
          "entry= and linux-sha256= are both given, expected either of them" },
        { BYTES("entry=e initrd-sha256=" HEX_A), STATUS_CONFIG_CONFLICT,
          "entry= and initrd-sha256= are both given, expected either of them" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_check(config_check_line, &cases[i]);
}

static void checks_everything(void **state)
{
    static const struct check_case cases[] = {
        { BYTES("linux=k"), STATUS_OK, "" },
        { BYTES("linux=k initrd=a initrd-size=1 initrd-sha256=" HEX_A), STATUS_OK, "" },
        { BYTES("entry=e"), STATUS_CONFIG_INCOMPLETE, "expected 'linux', the URL of the kernel" },
        { BYTES("linux=k initrd=a initrd=b initrd-format=cpio initrd-format=zstd"), STATUS_OK, "" },
        { BYTES("linux=k initrd=a initrd-format=zstd initrd-format=zstd"), STATUS_CONFIG_CONFLICT,
          "found 2 of initrd-format and 1 of initrd, expected none or one for each initrd" },
        { BYTES("linux=k initrd=a initrd=b initrd-size=1"), STATUS_CONFIG_CONFLICT,
          "found 1 of initrd-size and 2 of initrd, expected none or one for each initrd" },
        { BYTES("linux=k initrd=a initrd=b initrd-unpacked-size=1 initrd-unpacked-size=2"),
          STATUS_OK, "" },
        { BYTES("linux=k initrd=a initrd=b initrd-unpacked-size=1"), STATUS_CONFIG_CONFLICT,
          "found 1 of initrd-unpacked-size and 2 of initrd, expected none or one for each initrd" },
        { BYTES("linux=k initrd=a initrd-unpacked-size=1 initrd-unpacked-size=2"),
          STATUS_CONFIG_CONFLICT,
          "found 2 of initrd-unpacked-size and 1 of initrd, expected none or one for each initrd" },
        { BYTES("linux=k initrd-unpacked-size=1"), STATUS_CONFIG_CONFLICT,
          "found 1 of initrd-unpacked-size and 0 of initrd, expected none or one for each initrd" },
        { BYTES("linux=k initrd-sha256=" HEX_A), STATUS_CONFIG_CONFLICT,
          "found 1 of initrd-sha256 and 0 of initrd, expected none or one for each initrd" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_check(config_check, &cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_entries_from_words),
        cmocka_unit_test(checks_the_line),
        cmocka_unit_test(checks_everything),
    };

    return cmocka_run_group_tests_name("config-check", tests, NULL, NULL);
}
