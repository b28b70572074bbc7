#include "kernel-cmdline/cmdline.h"
#include "support.h"

struct build {
    struct cmdline_request request;
    struct bytes options[4];
    size_t options_count;
    char joined_memory[2048];
    struct text joined;
    struct detail detail;
    char memory[2048];
    struct text line;
};

static void build_init(struct build *build, enum root_mode mode, const char *rootflags)
{
    memset(build, 0, sizeof(*build));
    build->request.root = (struct root_choice){
        .mode = mode,
        .word = root_mode_word(mode),
        .rootflags = ROOTFLAGS_ROOTFLAGS,
    };
    build->request.rootflags = bytes_of_string(rootflags);
    build->joined = TEXT(build->joined_memory);
    build->request.limit_bytes = 2047;
    build->line = TEXT(build->memory);
}

static void add_options(struct build *build, struct bytes options)
{
    build->options[build->options_count++] = options;
}

static enum status run(struct build *build)
{
    enum status st = cmdline_join(build->options, build->options_count, build->request.limit_bytes,
                                  detail_clear(&build->detail), &build->joined);

    if (st)
        return st;
    build->request.options = text_bytes(&build->joined);
    return cmdline_build(&build->request, &build->detail.text, &build->line);
}

static void puts_its_words_in_front(void **state)
{
    static const struct {
        enum root_mode mode;
        const char *rootflags;
        const char *options;
        const char *line;
    } cases[] = {
        { ROOT_NONE, "", "", "" },
        { ROOT_NONE, "", "quiet ro", "quiet ro" },
        { ROOT_NULLFS, "", "quiet", "quiet" },
        { ROOT_NONROOT_INITRAMFS, "", "", "nonroot_initramfs" },
        { ROOT_NONROOT_INITRAMFS, "", "quiet", "nonroot_initramfs quiet" },
        { ROOT_IMMUTABLE_ROOTFS, "size=1G", "", "immutable_rootfs rootflags=size=1G" },
        { ROOT_NULLFS_ROOTFS, "size=1G", "a", "nullfs_rootfs rootflags=size=1G a" },
        { ROOT_NONE, "size=1G", "a", "rootflags=size=1G a" },
        { ROOT_NONROOT_INITRAMFS, "", "a -- b", "nonroot_initramfs a -- b" },
        { ROOT_NONROOT_INITRAMFS, "", "-- b", "nonroot_initramfs -- b" },
        /* never twice, */
        { ROOT_NONROOT_INITRAMFS, "", "a nonroot_initramfs", "a nonroot_initramfs" },
        { ROOT_NONROOT_INITRAMFS, "", "nonroot-initramfs a", "nonroot-initramfs a" },
        { ROOT_NONROOT_INITRAMFS, "", "\"nonroot_initramfs\"", "\"nonroot_initramfs\"" },
        /* but something else is not the word. */
        { ROOT_NONROOT_INITRAMFS, "", "nonroot_initramfs=1",
          "nonroot_initramfs nonroot_initramfs=1" },
        { ROOT_NONROOT_INITRAMFS, "", "-- nonroot_initramfs",
          "nonroot_initramfs -- nonroot_initramfs" },
        { ROOT_NONROOT_INITRAMFS, "", "a=\"b nonroot_initramfs\"",
          "nonroot_initramfs a=\"b nonroot_initramfs\"" },
        { ROOT_NONROOT_INITRAMFS, "", "nonroot_initramfs2",
          "nonroot_initramfs nonroot_initramfs2" },
        { ROOT_NONE, "size=1G", "rootflags=size=1G", "rootflags=size=1G" },
        { ROOT_NONE, "size=1G", "\"rootflags=size=1G\"", "\"rootflags=size=1G\"" },
        { ROOT_NONE, "size=1G", "rootflags=\"size=1G\" a", "rootflags=\"size=1G\" a" },
        { ROOT_NONE, "size=1G", "rootflags a", "rootflags=size=1G rootflags a" },
        { ROOT_NONE, "size=1G", "-- rootflags=x", "rootflags=size=1G -- rootflags=x" },
        { ROOT_NONE, "", "rootflags=x rootflags=y", "rootflags=x rootflags=y" },
        /* The kernel takes the last one. */
        { ROOT_NONE, "y", "rootflags=x rootflags=y", "rootflags=x rootflags=y" },
        { ROOT_NONE, "a b", "c", "\"rootflags=a b\" c" },
        { ROOT_NONE, "a b", "\"rootflags=a b\"", "\"rootflags=a b\"" },
        { ROOT_NONE, "a\tb", "", "\"rootflags=a\tb\"" },
        { ROOT_NONE, "x=\xc3\xa0", "", "\"rootflags=x=\xc3\xa0\"" }, /* 0xa0: a blank to Linux */
        { ROOT_NONE, "--", "a", "rootflags=-- a" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct build build;

        build_init(&build, cases[i].mode, cases[i].rootflags);
        add_options(&build, bytes_of_string(cases[i].options));
        assert_status(run(&build), STATUS_OK);
        assert_bytes(text_bytes(&build.line), cases[i].line);
        assert_detail(&build.detail, "");
    }
}

static void joins_pieces(void **state)
{
    struct build build;

    (void)state;
    build_init(&build, ROOT_NONE, "");
    assert_status(run(&build), STATUS_OK);
    assert_bytes(text_bytes(&build.line), "");

    add_options(&build, BYTES("  a  b\t "));
    add_options(&build, (struct bytes){ NULL, 0 });
    add_options(&build, BYTES(" \t"));
    add_options(&build, BYTES("c"));
    assert_status(run(&build), STATUS_OK);
    assert_bytes(text_bytes(&build.line), "a  b c");

    /* A quote that one piece opens reaches into the next, for the kernel too. */
    build_init(&build, ROOT_NONROOT_INITRAMFS, "");
    add_options(&build, BYTES("a=\"b"));
    add_options(&build, BYTES("nonroot_initramfs\""));
    assert_status(run(&build), STATUS_OK);
    assert_bytes(text_bytes(&build.line), "nonroot_initramfs a=\"b nonroot_initramfs\"");
}

static void refuses_contradictions(void **state)
{
    struct build build;

    (void)state;
    build_init(&build, ROOT_NONE, "size=1G");
    add_options(&build, BYTES("rootflags=size=1G rootflags=size=2G"));
    assert_status(run(&build), STATUS_CMDLINE_CONFLICT);
    assert_detail(&build.detail, "rootflags is 'size=1G' in pivotboot's configuration and "
                                 "rootflags= is 'size=2G' in the kernel options");
    assert_int_equal(build.line.size, 0);

    build_init(&build, ROOT_NONE, "size=1G");
    add_options(&build, BYTES("rootflags="));
    assert_status(run(&build), STATUS_CMDLINE_CONFLICT);

    /* Wherever they go, the user's rootflags= may not say something else, */
    build_init(&build, ROOT_NULLFS, "size=1G");
    build.request.root.rootflags = ROOTFLAGS_INITRAMFS_OPTIONS;
    add_options(&build, BYTES("rootflags=size=2G"));
    assert_status(run(&build), STATUS_CMDLINE_CONFLICT);
    build.request.root.rootflags = ROOTFLAGS_LEAF;
    assert_status(run(&build), STATUS_CMDLINE_CONFLICT);
    /* nor may the parameter that they go to. */
    build_init(&build, ROOT_NULLFS, "size=1G");
    build.request.root.rootflags = ROOTFLAGS_INITRAMFS_OPTIONS;
    add_options(&build, BYTES("initramfs_options=size=2G"));
    assert_status(run(&build), STATUS_CMDLINE_CONFLICT);
    assert_detail(&build.detail, "rootflags is 'size=1G' in pivotboot's configuration and "
                                 "initramfs_options= is 'size=2G' in the kernel options");
}

static void puts_rootflags_where_they_are_obeyed(void **state)
{
    static const struct {
        enum rootflags_place place;
        const char *options;
        const char *line;
    } cases[] = {
        { ROOTFLAGS_NOWHERE, "a", "a" },
        { ROOTFLAGS_LEAF, "a", "a" },
        { ROOTFLAGS_LEAF, "rootflags=size=1G", "rootflags=size=1G" },
        { ROOTFLAGS_ROOTFLAGS, "a", "rootflags=size=1G a" },
        { ROOTFLAGS_INITRAMFS_OPTIONS, "a", "initramfs_options=size=1G a" },
        { ROOTFLAGS_INITRAMFS_OPTIONS, "initramfs-options=size=1G", "initramfs-options=size=1G" },
        { ROOTFLAGS_INITRAMFS_OPTIONS, "rootflags=size=1G",
          "initramfs_options=size=1G rootflags=size=1G" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct build build;

        build_init(&build, ROOT_NONE, "size=1G");
        build.request.root.rootflags = cases[i].place;
        add_options(&build, bytes_of_string(cases[i].options));
        assert_status(run(&build), STATUS_OK);
        assert_bytes(text_bytes(&build.line), cases[i].line);
    }
}

static void brings_its_own_first_init(void **state)
{
    static const struct {
        const char *options;
        const char *line;
        const char *user_init;
    } cases[] = {
        { "", "rdinit=/leaf", "" },
        { "quiet -- single", "rdinit=/leaf quiet -- single", "" },
        { "-- rdinit=/x", "rdinit=/leaf -- rdinit=/x", "" },
        { "rdinit", "rdinit=/leaf rdinit", "" },
        /* In place of the user's, so that what is in front of it is forgotten as before. */
        { "a rdinit=/bin/x b -- c", "a rdinit=/leaf b -- c", "/bin/x" },
        { "rdinit=/bin/x", "rdinit=/leaf", "/bin/x" },
        { "\"rdinit=/my init\" b", "rdinit=/leaf b", "/my init" },
        { "rdinit=\"/my init\" b", "rdinit=/leaf b", "/my init" },
        { "rdinit=/x a rdinit=/y", "rdinit=/leaf a rdinit=/leaf", "/y" },
        { "a=\"rdinit=/x\"", "rdinit=/leaf a=\"rdinit=/x\"", "" },
        { "rdinit=", "rdinit=/leaf", "" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct build build;

        build_init(&build, ROOT_LEAF, "");
        build.request.rdinit = BYTES("/leaf");
        add_options(&build, bytes_of_string(cases[i].options));
        assert_status(run(&build), STATUS_OK);
        assert_bytes(text_bytes(&build.line), cases[i].line);
        assert_bytes(cmdline_user_init(build.request.options), cases[i].user_init);
    }
}

static void frees_the_rootfs_of_its_limit(void **state)
{
    static const char *const cases[][2] = {
        { "a", "rdinit=/leaf initramfs_options=size=1t a" },
        { "rdinit=/x", "initramfs_options=size=1t rdinit=/leaf" },
        { "-- initramfs_options=a",
          "rdinit=/leaf initramfs_options=size=1t -- initramfs_options=a" },
        /* What the user says stays as it is. */
        { "initramfs_options=size=1G", "rdinit=/leaf initramfs_options=size=1G" },
        { "initramfs-options=", "rdinit=/leaf initramfs-options=" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct build build;

        build_init(&build, ROOT_LEAF, "size=1G");
        build.request.root.rootflags = ROOTFLAGS_LEAF;
        build.request.root.frees_rootfs = true;
        build.request.rdinit = BYTES("/leaf");
        add_options(&build, bytes_of_string(cases[i][0]));
        assert_status(run(&build), STATUS_OK);
        assert_bytes(text_bytes(&build.line), cases[i][1]);
    }
}

static void refuses_what_is_not_text(void **state)
{
    static const struct {
        const char *rootflags;
        struct bytes options;
        enum status status;
        const char *detail;
    } cases[] = {
        { "", BYTES("a\nb"), STATUS_CMDLINE_CONTROL, "byte 2 is 0x0a in the options 'a\\x0ab'" },
        { "", BYTES("a\0"), STATUS_CMDLINE_CONTROL, "byte 2 is 0x00 in the options 'a\\x00'" },
        { "", BYTES("\r"), STATUS_CMDLINE_CONTROL, "byte 1 is 0x0d in the options '\\x0d'" },
        { "", BYTES("\x7f"), STATUS_CMDLINE_CONTROL, "byte 1 is 0x7f in the options '\\x7f'" },
        { "", BYTES("ab\xc3"), STATUS_CMDLINE_ENCODING, "byte 3 is 0xc3 in the options 'ab\\xc3'" },
        { "a\x1b", BYTES(""), STATUS_CMDLINE_CONTROL, "byte 2 is 0x1b in rootflags 'a\\x1b'" },
        { "\xff", BYTES(""), STATUS_CMDLINE_ENCODING, "byte 1 is 0xff in rootflags '\\xff'" },
        { "a\"b", BYTES(""), STATUS_CONFIG_VALUE_BAD,
          "rootflags='a\"b': expected no double quote, which the kernel could not read back" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct build build;

        build_init(&build, ROOT_NONE, cases[i].rootflags);
        add_options(&build, BYTES("fine\tof course"));
        add_options(&build, cases[i].options);
        assert_status(run(&build), cases[i].status);
        assert_detail(&build.detail, cases[i].detail);
        assert_int_equal(build.line.size, 0);
    }
}

static void ends_at_the_kernels_limit(void **state)
{
    struct build build;

    (void)state;
    build_init(&build, ROOT_NONROOT_INITRAMFS, "size=1G");
    add_options(&build, BYTES("abc"));
    build.request.limit_bytes = sizeof("nonroot_initramfs rootflags=size=1G abc") - 1;
    build.line.capacity = build.request.limit_bytes;
    assert_status(run(&build), STATUS_OK);
    assert_bytes(text_bytes(&build.line), "nonroot_initramfs rootflags=size=1G abc");

    build.request.limit_bytes--;
    assert_status(run(&build), STATUS_CMDLINE_TOO_LONG);
    assert_detail(&build.detail, "it has a length of 39 bytes, the kernel takes at most 38");
    assert_int_equal(build.line.size, 0);

    build.request.limit_bytes = build.line.capacity = 2;
    assert_status(run(&build), STATUS_CMDLINE_TOO_LONG);
    assert_detail(&build.detail,
                  "the options alone have a length of 3 bytes, the kernel takes at most 2");

    build_init(&build, ROOT_NONE, "");
    build.request.limit_bytes = build.line.capacity = 0;
    assert_status(run(&build), STATUS_OK);
}

static void forgets_an_earlier_line(void **state)
{
    struct build build;

    (void)state;
    build_init(&build, ROOT_NONE, "");
    add_options(&build, BYTES("a"));
    assert_status(run(&build), STATUS_OK);
    assert_status(run(&build), STATUS_OK);
    assert_bytes(text_bytes(&build.line), "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_its_words_in_front),
        cmocka_unit_test(joins_pieces),
        cmocka_unit_test(refuses_contradictions),
        cmocka_unit_test(puts_rootflags_where_they_are_obeyed),
        cmocka_unit_test(brings_its_own_first_init),
        cmocka_unit_test(frees_the_rootfs_of_its_limit),
        cmocka_unit_test(refuses_what_is_not_text),
        cmocka_unit_test(ends_at_the_kernels_limit),
        cmocka_unit_test(forgets_an_earlier_line),
    };

    return cmocka_run_group_tests_name("cmdline", tests, NULL, NULL);
}
