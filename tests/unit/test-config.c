#include "config-fixture.h"
#include "payload/entry.h"

static void starts_with_defaults(void **state)
{
    struct fixture f;

    (void)state;
    memset(&f, 0xff, sizeof(f));
    fixture_open(&f);
    for (size_t key = 0; key < KEY_COUNT; key++)
        assert_int_equal(f.config.given[key], 0);
    assert_null(f.config.line_options.data);
    assert_int_equal(f.config.root_mode, ROOT_AUTO);
    assert_int_equal(f.config.network_timeout_s, 60);
    assert_int_equal(f.config.idle_timeout_s, 30);
    assert_int_equal(f.config.total_timeout_s, 3600);
    assert_int_equal(f.config.linux_url.size, 0);
    assert_int_equal(f.config.linux_size, 0);
}

static void reads_a_line(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("linux=http://b/vmlinuz initrd=a initrd=\"b c\" "
                                     "linux-sha256=" HEX_A " linux-size=5000000000 "
                                     "initrd-size=1 initrd-size=2 rootfs=nullfs "
                                     "rootflags=size=80% idle-timeout=5 -- quiet  a=\"b c\"")),
                  STATUS_OK);
    assert_bytes(f.config.linux_url, "http://b/vmlinuz");
    assert_int_equal(f.config.given[KEY_initrd_url], 2);
    assert_bytes(f.config.initrd_url[0], "a");
    assert_bytes(f.config.initrd_url[1], "b c");
    assert_int_equal(f.config.linux_sha256.bytes[31], 0xaa);
    assert_int_equal(f.config.linux_size, UINT64_C(5000000000));
    assert_int_equal(f.config.initrd_size[1], 2);
    assert_int_equal(f.config.root_mode, ROOT_NULLFS);
    assert_bytes(f.config.rootflags, "size=80%");
    assert_int_equal(f.config.idle_timeout_s, 5);
    assert_bytes(f.config.line_options, "quiet  a=\"b c\"");
    assert_status(config_check_line(&f.config, &f.detail.text), STATUS_OK);
    assert_status(config_check(&f.config, &f.detail.text), STATUS_OK);
    fixture_close(&f);
}

static void tells_no_options_from_empty_ones(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("linux=a")), STATUS_OK);
    assert_null(f.config.line_options.data);
    fixture_close(&f);
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("linux=a --")), STATUS_OK);
    assert_non_null(f.config.line_options.data);
    assert_int_equal(f.config.line_options.size, 0);
    fixture_close(&f);
    fixture_open(&f);
    assert_status(add_line(&f, (struct bytes){ NULL, 0 }), STATUS_OK);
    assert_status(add_line(&f, BYTES("\xef\xbb\xbf")), STATUS_OK);
    fixture_close(&f);
}

static void reads_a_conf(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("\xef\xbb\xbf# where it is\r\nlinux=/k\r\ninitrd=/i\r\n"
                                     "-- console=ttyS0\r\n# more\r\nquiet\r\n")),
                  STATUS_OK);
    assert_bytes(f.config.linux_url, "/k");
    assert_bytes(f.config.initrd_url[0], "/i");
    assert_bytes(f.config.line_options, "console=ttyS0          quiet");
    fixture_close(&f);
}

static void refuses_lines(void **state)
{
    static const struct {
        struct bytes line;
        enum status status;
        const char *detail;
    } cases[] = {
        { BYTES("a=\xff"), STATUS_CONFIG_ENCODING, "expected UTF-8, found 0xff at byte 3" },
        { BYTES("a\x01"), STATUS_CONFIG_ENCODING, "control character 0x01 at byte 2" },
        { BYTES("linux=a\0"), STATUS_CONFIG_ENCODING, "control character 0x00 at byte 8" },
        { BYTES("linux=a -- \x7f"), STATUS_CONFIG_ENCODING, "control character 0x7f at byte 12" },
        { BYTES("linux=\"a"), STATUS_CONFIG_QUOTE_OPEN,
          "expected it on the same line, found 'linux=a'" },
        { BYTES("lniux=a"), STATUS_CONFIG_KEY_UNKNOWN, "'lniux' (did you mean 'linux'?)" },
        { BYTES("foobar=a"), STATUS_CONFIG_KEY_UNKNOWN, "'foobar'" },
        { BYTES("=a"), STATUS_CONFIG_KEY_UNKNOWN, "''" },
        { BYTES("LINUX=a"), STATUS_CONFIG_KEY_UNKNOWN, "'LINUX'" },
        { BYTES("options=quiet"), STATUS_CONFIG_KEY_MISPLACED,
          "'options' belongs in an entry; on the line, kernel options follow ' -- '" },
        { BYTES("title=x"), STATUS_CONFIG_KEY_MISPLACED, "'title' belongs in an entry" },
        { BYTES("linux=a linux=b"), STATUS_CONFIG_KEY_REPEATED,
          "'linux' may be given once, found another one with the value 'b'" },
        { BYTES("quiet"), STATUS_CONFIG_VALUE_BAD,
          "'quiet': expected key=value; kernel options belong behind ' -- '" },
        { BYTES("\"--\" quiet"), STATUS_CONFIG_VALUE_BAD,
          "'--': expected key=value; kernel options belong behind ' -- '" },
        { BYTES("linux="), STATUS_CONFIG_VALUE_BAD, "linux='': expected a URL" },
        { BYTES("linux=\"\""), STATUS_CONFIG_VALUE_BAD, "linux='': expected a URL" },
        { BYTES("rootflags="), STATUS_CONFIG_VALUE_BAD, "rootflags='': expected text" },
        { BYTES("rootfs=foo"), STATUS_CONFIG_VALUE_BAD,
          "rootfs='foo': expected one of auto, nullfs, nullfs_rootfs, immutable_rootfs, "
          "nonroot_initramfs, user_root, leaf, none" },
        { BYTES("linux-sha256=abc"), STATUS_CONFIG_VALUE_BAD,
          "linux-sha256='abc': expected 64 hexadecimal digits" },
        { BYTES("linux-size=0"), STATUS_CONFIG_VALUE_BAD,
          "linux-size='0': expected a decimal number of bytes from 1 to 9223372036854775807" },
        { BYTES("idle-timeout=86401"), STATUS_CONFIG_VALUE_BAD,
          "idle-timeout='86401': expected a decimal number of seconds from 1 to 86400" },
        { BYTES("initrd=1 initrd=2 initrd=3 initrd=4 initrd=5 initrd=6 initrd=7 initrd=8 "
                "initrd=9 initrd=a initrd=b initrd=c initrd=d initrd=e initrd=f initrd=g "
                "initrd=h"),
          STATUS_CONFIG_KEY_REPEATED,
          "'initrd' may be given 16 times, found another one with the value 'h'" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fixture f;

        fixture_open(&f);
        assert_status(add_line(&f, cases[i].line), cases[i].status);
        assert_detail(&f.detail, cases[i].detail);
        fixture_close(&f);
    }
}

static void ends_at_its_limit(void **state)
{
    static uint8_t text[CONFIG_LINE_MAX_BYTES + 1];
    struct fixture f;

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "linux=a", 7);
    fixture_open(&f);
    assert_status(add_line(&f, (struct bytes){ text, CONFIG_LINE_MAX_BYTES }), STATUS_OK);
    fixture_close(&f);
    fixture_open(&f);
    assert_status(add_line(&f, (struct bytes){ text, sizeof(text) }), STATUS_CONFIG_TOO_LONG);
    assert_detail(&f.detail, "expected at most 32768 bytes, found 32769");
    fixture_close(&f);
}

static void reads_an_entry(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("entry=http://b/e.conf idle-timeout=5 -- last")), STATUS_OK);
    assert_status(config_check_line(&f.config, &f.detail.text), STATUS_OK);
    assert_status(add_entry(&f, BYTES("title Debian\nversion 12\narchitecture X64\n"
                                      "machine-id 1\nsort-key a\nlinux k\ninitrd a\ninitrd b\n"
                                      "initrd-sha256 " HEX_A "\ninitrd-sha256 " HEX_A "\n"
                                      "options quiet\noptions root=\"a b\"\nidle-timeout 9\n"
                                      "total-timeout 7\n")),
                  STATUS_OK);
    assert_bytes(f.config.title, "Debian");
    assert_bytes(f.config.linux_url, "k");
    assert_bytes(f.config.initrd_url[1], "b");
    assert_bytes(f.config.options[1], "root=\"a b\"");
    assert_int_equal(f.config.idle_timeout_s, 5); /* the line wins */
    assert_int_equal(f.config.total_timeout_s, 7);
    assert_status(config_check(&f.config, &f.detail.text), STATUS_OK);
    fixture_close(&f);
}

static void the_line_wins_in_either_order(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_entry(&f, BYTES("rootfs nullfs\n")), STATUS_OK);
    assert_int_equal(f.config.root_mode, ROOT_NULLFS);
    assert_status(add_line(&f, BYTES("rootfs=none")), STATUS_OK);
    assert_int_equal(f.config.root_mode, ROOT_NONE);
    assert_int_equal(f.config.given_by[KEY_root_mode], KEY_LINE | KEY_ENTRY);
    fixture_close(&f);
}

static void refuses_entries(void **state)
{
    static const struct {
        struct bytes entry;
        enum status status;
        const char *detail;
    } cases[] = {
        { BYTES("linux"), STATUS_ENTRY_NO_VALUE,
          "line 1: 'linux': expected a key, a blank and a value" },
        { BYTES("linux \xff"), STATUS_ENTRY_ENCODING,
          "line 1: expected UTF-8, found something else (byte 0xff)" },
        { BYTES("\nlniux a"), STATUS_CONFIG_KEY_UNKNOWN,
          "'lniux' (did you mean 'linux'?) (line 2 of the entry)" },
        { BYTES("entyr a"), STATUS_CONFIG_KEY_UNKNOWN, "'entyr' (line 1 of the entry)" },
        { BYTES("entry a"), STATUS_CONFIG_KEY_MISPLACED,
          "'entry' belongs on the iPXE line or in the .conf, not in an entry (line 1 of the "
          "entry)" },
        { BYTES("linux a\nlinux b"), STATUS_CONFIG_KEY_REPEATED,
          "'linux' may be given once, found another one with the value 'b' (line 2 of the "
          "entry)" },
        /* The line's value wins, and yet the entry's own may not be nonsense, */
        { BYTES("rootfs foo"), STATUS_CONFIG_VALUE_BAD,
          "rootfs='foo': expected one of auto, nullfs, nullfs_rootfs, immutable_rootfs, "
          "nonroot_initramfs, user_root, leaf, none (line 1 of the entry)" },
        /* nor be there twice. */
        { BYTES("rootfs none\nrootfs none"), STATUS_CONFIG_KEY_REPEATED,
          "'rootfs' may be given once, found another one with the value 'none' (line 2 of the "
          "entry)" },
        { BYTES("architecture ia32"), STATUS_CONFIG_VALUE_BAD,
          "architecture='ia32': expected x64 or aa64 (line 1 of the entry)" },
        { BYTES("architecture aa64\nlinux a"), STATUS_ENTRY_ARCHITECTURE,
          "this machine is x64, the entry is for aa64" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fixture f;

        fixture_open(&f);
        assert_status(add_line(&f, BYTES("entry=e rootfs=nullfs")), STATUS_OK);
        assert_status(add_entry(&f, cases[i].entry), cases[i].status);
        assert_detail(&f.detail, cases[i].detail);
        fixture_close(&f);
    }
}

static void refuses_long_entries(void **state)
{
    struct buffer text = { calloc(1, ENTRY_MAX_BYTES + 1), ENTRY_MAX_BYTES + 1 };
    struct fixture f;

    (void)state;
    assert_non_null(text.data);
    fixture_open(&f);
    assert_status(add_entry(&f, buffer_bytes(text)), STATUS_ENTRY_TOO_LONG);
    free(text.data);
    fixture_close(&f);
}

static void takes_the_word_help(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_false(f.config.help);
    assert_status(add_line(&f, BYTES("linux=a help")), STATUS_OK);
    assert_true(f.config.help);
    assert_status(add_line(&f, BYTES("help=me")), STATUS_CONFIG_KEY_UNKNOWN);
    assert_status(add_line(&f, BYTES("helpme")), STATUS_CONFIG_VALUE_BAD);
    fixture_close(&f);
}

/* Nobody who adds a word takes back what another one demands. */
static void the_stricter_tpm_counts(void **state)
{
    static const char *const lax_or_strict[] = { "auto", "require" };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct bytes line = bytes_of_string(lax_or_strict[i & 1]);
        struct bytes entry = bytes_of_string(lax_or_strict[i >> 1]);
        struct fixture f;

        fixture_open(&f);
        assert_status(config_add(&f.config, KEY_LINE, BYTES("tpm"), line, &f.detail.text),
                      STATUS_OK);
        assert_status(config_add(&f.config, KEY_ENTRY, BYTES("tpm"), entry, &f.detail.text),
                      STATUS_OK);
        assert_int_equal(f.config.tpm, i == 0 ? TPM_AUTO : TPM_REQUIRE);
        assert_status(config_add(&f.config, KEY_LINE, BYTES("tpm"), line, &f.detail.text),
                      STATUS_CONFIG_KEY_REPEATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_defaults),
        cmocka_unit_test(reads_a_line),
        cmocka_unit_test(tells_no_options_from_empty_ones),
        cmocka_unit_test(takes_the_word_help),
        cmocka_unit_test(reads_a_conf),
        cmocka_unit_test(refuses_lines),
        cmocka_unit_test(ends_at_its_limit),
        cmocka_unit_test(reads_an_entry),
        cmocka_unit_test(the_line_wins_in_either_order),
        cmocka_unit_test(the_stricter_tpm_counts),
        cmocka_unit_test(refuses_entries),
        cmocka_unit_test(refuses_long_entries),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
