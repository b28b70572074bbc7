#include "kernel-cmdline/root-choice.h"
#include "support.h"

/* Everything that a kernel can be, one letter each. */
static struct capabilities kernel_of(const char *letters)
{
    struct capabilities kernel = { .known = !strchr(letters, '?'), .source = "zstd payload" };

    if (!kernel.known)
        kernel.fault = "is damaged";
    kernel.nullfs = strchr(letters, 'n');
    kernel.immutable_rootfs = strchr(letters, 'i');
    kernel.nullfs_rootfs = strchr(letters, 'r');
    kernel.nonroot_initramfs = strchr(letters, 'o');
    kernel.initramfs_options = strchr(letters, 's');
    return kernel;
}

static struct root_request request_of(const struct capabilities *kernel, enum root_mode mode,
                                      const char *rootflags)
{
    return (struct root_request){
        .mode = mode,
        .capabilities = kernel,
        .options = BYTES("quiet console=ttyS0"),
        .rootflags = bytes_of_string(rootflags),
    };
}

/* A choice in short: the mode's name, and where rootflags go. */
static void assert_choice(const struct root_request *request, const char *what,
                          const char *expected)
{
    static const char *const places[] = {
        [ROOTFLAGS_NOWHERE] = "-",
        [ROOTFLAGS_ROOTFLAGS] = "rootflags",
        [ROOTFLAGS_INITRAMFS_OPTIONS] = "initramfs_options",
        [ROOTFLAGS_LEAF] = "leaf",
    };
    struct root_choice choice;
    struct detail detail;
    char found[80];
    enum status st = root_choose(request, detail_clear(&detail), &choice);

    assert_true(detail.text.size > 0 && !detail.text.truncated);
    assert_true(detail.text.size <= ROOT_CHOICE_TEXT_MAX_BYTES);
    if (st) {
        assert_status(st, STATUS_ROOT_MODE_MISSING);
        snprintf(found, sizeof(found), "missing");
    } else {
        const char *word = root_mode_word(choice.mode);

        assert_true(choice.mode != ROOT_AUTO && choice.mode < ROOT_MODE_COUNT);
        assert_true(word == choice.word);
        snprintf(found, sizeof(found), "%s %s", root_mode_name(choice.mode),
                 places[choice.rootflags]);
    }
    if (strcmp(found, expected) != 0)
        fail_msg("%s, rootfs=%s, rootflags=%.*s: expected %s, found %s (%.*s)", what,
                 root_mode_name(request->mode), (int)request->rootflags.size,
                 (const char *)request->rootflags.data, expected, found, (int)detail.text.size,
                 detail.text.data);
}

/*
 * Every kernel that there can be, with what auto becomes without and with rootflags, and with a
 * letter for each mode that is asked for, in the order of enum root_mode: m, the kernel lacks
 * it; else who is told the rootflags: R, rootflags=; I, initramfs_options=; L, the leaf init;
 * -, nobody.
 */
static const struct {
    const char *kernel, *plain, *flags, *asked;
} table[] = {
    { "?", "leaf -", "leaf leaf", "----RLR" },
    { "", "leaf -", "leaf leaf", "mmmmRLR" },
    { "s", "leaf -", "leaf leaf", "mmmmRLI" },
    { "n", "nullfs -", "leaf leaf", "-mmmRLR" },
    { "ns", "nullfs -", "nullfs initramfs_options", "ImmmRLI" },
    { "no", "nullfs -", "leaf leaf", "-mm-RLR" },
    { "nos", "nullfs -", "nullfs initramfs_options", "Imm-RLI" },
    { "i", "immutable_rootfs -", "leaf leaf", "mm-mRLR" },
    { "is", "immutable_rootfs -", "immutable_rootfs initramfs_options", "mmImRLI" },
    { "io", "immutable_rootfs -", "leaf leaf", "mm--RLR" },
    { "ios", "immutable_rootfs -", "immutable_rootfs initramfs_options", "mmI-RLI" },
    { "r", "nullfs_rootfs -", "leaf leaf", "m-mmRLR" },
    { "rs", "nullfs_rootfs -", "nullfs_rootfs initramfs_options", "mImmRLI" },
    { "ro", "nullfs_rootfs -", "leaf leaf", "m-m-RLR" },
    { "ros", "nullfs_rootfs -", "nullfs_rootfs initramfs_options", "mIm-RLI" },
    { "ir", "immutable_rootfs -", "leaf leaf", "m--mRLR" },
    { "irs", "immutable_rootfs -", "immutable_rootfs initramfs_options", "mIImRLI" },
    { "iro", "immutable_rootfs -", "leaf leaf", "m---RLR" },
    { "iros", "immutable_rootfs -", "immutable_rootfs initramfs_options", "mII-RLI" },
    { "o", "nonroot_initramfs -", "leaf leaf", "mmm-RLR" },
    { "os", "nonroot_initramfs -", "leaf leaf", "mmm-RLI" },
};

static void automatic_choices(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_LENGTH(table); row++) {
        struct capabilities kernel = kernel_of(table[row].kernel);
        struct root_request request = request_of(&kernel, ROOT_AUTO, "");

        assert_choice(&request, table[row].kernel, table[row].plain);
        request.rootflags = BYTES("size=80%");
        assert_choice(&request, table[row].kernel, table[row].flags);
        /* Nobody insists on auto. */
        request.force = true;
        assert_choice(&request, table[row].kernel, table[row].flags);
        /* Another root follows. */
        request.options = BYTES("root=/dev/vda1 -- x");
        assert_choice(&request, table[row].kernel, "none rootflags");
        request.rootflags = BYTES("");
        assert_choice(&request, table[row].kernel, "none -");
    }
}

static const char *place_name(char letter)
{
    switch (letter) {
    case 'R':
        return "rootflags";
    case 'I':
        return "initramfs_options";
    case 'L':
        return "leaf";
    }
    return "-";
}

static void choices_that_are_asked_for(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_LENGTH(table); row++)
        for (size_t i = 1; i < ROOT_MODE_COUNT; i++) {
            struct capabilities kernel = kernel_of(table[row].kernel);
            struct root_request request = request_of(&kernel, (enum root_mode)i, "size=80%");
            char letter = table[row].asked[i - 1];
            bool has_options = strchr(table[row].kernel, 's');
            char expected[80];

            /* Without rootflags, with them, and insisted on */
            snprintf(expected, sizeof(expected), "%s %s", root_mode_name(request.mode),
                     place_name(letter));
            assert_choice(&request, table[row].kernel, letter == 'm' ? "missing" : expected);
            request.rootflags = BYTES("");
            snprintf(expected, sizeof(expected), "%s -", root_mode_name(request.mode));
            assert_choice(&request, table[row].kernel, letter == 'm' ? "missing" : expected);
            request.force = true;
            assert_choice(&request, table[row].kernel, expected);
            request.rootflags = BYTES("mode=0755");
            if (letter == 'm')
                letter = has_options && request.mode != ROOT_NONROOT_INITRAMFS ? 'I' : '-';
            snprintf(expected, sizeof(expected), "%s %s", root_mode_name(request.mode),
                     place_name(letter));
            assert_choice(&request, table[row].kernel, expected);
            /* Of another root's mount the leaf init knows nothing. */
            request.options = BYTES("root=LABEL=x");
            snprintf(expected, sizeof(expected), "%s %s", root_mode_name(request.mode),
                     request.mode == ROOT_LEAF ? "leaf" : "rootflags");
            assert_choice(&request, table[row].kernel, expected);
        }
}

static void reads_options_as_the_kernel_does(void **state)
{
    static const struct {
        struct bytes options;
        const char *expected;
    } cases[] = {
        { BYTES(""), "nullfs initramfs_options" },
        { BYTES("root=/dev/vda1"), "none rootflags" },
        { BYTES("quiet root=UUID=1-2 ro"), "none rootflags" },
        { BYTES("\"root=/dev/mapper/a b\""), "none rootflags" },
        { BYTES("root=\"x y\""), "none rootflags" },
        { BYTES("root=/dev/nfs nfsroot=1.2.3.4:/x"), "none rootflags" },
        /* Not for the kernel */
        { BYTES("-- root=/dev/vda1"), "nullfs initramfs_options" },
        { BYTES("\"quiet root=/dev/vda1\""), "nullfs initramfs_options" },
        /* Names no root */
        { BYTES("root"), "nullfs initramfs_options" },
        { BYTES("root="), "nullfs initramfs_options" },
        { BYTES("root=/dev/vda1 root="), "nullfs initramfs_options" },
        { BYTES("rootwait rootdelay=1 xroot=/dev/vda1"), "nullfs initramfs_options" },
        { BYTES("Root=/dev/vda1"), "nullfs initramfs_options" },
        /* A ramfs can't be sized. */
        { BYTES("rootfstype=ramfs"), "leaf leaf" },
        { BYTES("rootfstype=tmpfs"), "nullfs initramfs_options" },
        { BYTES("rootfstype=ramfs rootfstype=ext4,tmpfs"), "nullfs initramfs_options" },
    };
    struct capabilities kernel = kernel_of("ns");
    struct root_request request = request_of(&kernel, ROOT_AUTO, "size=1G");

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer options = exact_copy(cases[i].options);

        request.options = buffer_bytes(options);
        assert_choice(&request, "ns", cases[i].expected);
        free(options.data);
    }
}

static bool same_choice(const struct root_choice *a, const struct root_choice *b)
{
    return a->mode == b->mode && a->word == b->word && a->rootflags == b->rootflags &&
           a->frees_rootfs == b->frees_rootfs;
}

/* Without asking every kernel gets what no kernel gets; with plain options it is never asked in
 * vain. (On a ramfs auto with rootflags is always leaf, but for different reasons.) */
static void asks_the_kernel_only_where_it_matters(void **state)
{
    static const struct bytes options[] = { BYTES("quiet"), BYTES("root=/dev/vda1"),
                                            BYTES("rootfstype=ramfs") };

    (void)state;
    for (size_t o = 0; o < ARRAY_LENGTH(options); o++)
        for (size_t i = 0; i < 2 * ROOT_MODE_COUNT; i++) {
            struct root_request request =
                request_of(NULL, (enum root_mode)(i / 2), i % 2 == 0 ? "" : "size=1G");
            struct root_choice first = { .mode = ROOT_MODE_COUNT }, choice = first;
            bool asks, differs = false;
            struct detail detail;
            enum status st;

            request.options = options[o];
            asks = root_choice_asks_kernel(&request);
            if (!asks)
                assert_status(root_choose(&request, detail_clear(&detail), &first), STATUS_OK);
            for (size_t row = 0; row < ARRAY_LENGTH(table); row++) {
                struct capabilities kernel = kernel_of(table[row].kernel);

                request.capabilities = &kernel;
                st = root_choose(&request, detail_clear(&detail), &choice);
                if (row == 0 && asks)
                    first = choice;
                differs = differs || st != STATUS_OK || !same_choice(&first, &choice);
            }
            if (o == 0)
                assert_int_equal(asks, differs);
            else
                assert_true(asks || !differs);
        }
}

/* Where auto takes the leaf init, and the kernel can be told that its rootfs has no limit. */
static void frees_the_rootfs_for_the_leaf_init(void **state)
{
    static const struct {
        const char *kernel, *rootflags;
        enum root_mode mode;
        struct bytes options;
        bool frees;
    } cases[] = {
        { "s", "", ROOT_AUTO, BYTES("quiet"), true },
        { "os", "size=1G", ROOT_AUTO, BYTES("rootfstype=tmpfs"), true },
        { "s", "", ROOT_AUTO, BYTES("rootfstype=ramfs"), false },
        { "s", "", ROOT_AUTO, BYTES("root=/dev/sda1"), false },
        { "", "", ROOT_AUTO, BYTES("quiet"), false },
        { "?", "", ROOT_AUTO, BYTES("quiet"), false },
        { "ns", "", ROOT_AUTO, BYTES("quiet"), false },
        { "s", "", ROOT_LEAF, BYTES("quiet"), false },
        { "s", "", ROOT_NONE, BYTES("quiet"), false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct capabilities kernel = kernel_of(cases[i].kernel);
        struct root_request request = request_of(&kernel, cases[i].mode, cases[i].rootflags);
        struct root_choice choice;
        struct detail detail;

        request.options = cases[i].options;
        assert_status(root_choose(&request, detail_clear(&detail), &choice), STATUS_OK);
        assert_int_equal(choice.frees_rootfs, cases[i].frees);
    }
}

static void says_why(void **state)
{
    static const struct {
        const char *kernel;
        enum root_mode mode;
        bool force;
        const char *rootflags, *expected;
    } cases[] = {
        { "ns", ROOT_AUTO, false, "", "nullfs: the kernel has it (zstd payload)" },
        { "ns", ROOT_AUTO, false, "size=1G",
          "nullfs: the kernel has it (zstd payload); rootflags go to initramfs_options=" },
        { "", ROOT_AUTO, false, "", "leaf: the kernel has none (zstd payload)" },
        { "?", ROOT_AUTO, false, "",
          "leaf: what the kernel has is unknown (zstd payload is damaged)" },
        { "os", ROOT_AUTO, false, "size=1G",
          "leaf: the kernel has nonroot_initramfs (zstd payload), which would not obey "
          "rootflags; rootflags go to the leaf init's mount" },
        { "o", ROOT_NONROOT_INITRAMFS, false, "size=1G",
          "nonroot_initramfs: as configured, and the kernel has it (zstd payload); rootflags "
          "are left out, because nothing would obey them" },
        { "o", ROOT_NULLFS, false, "",
          "rootfs=nullfs: the kernel has nonroot_initramfs (zstd payload); rootfs=auto takes "
          "what it has, rootfs-force insists" },
        { "", ROOT_IMMUTABLE_ROOTFS, true, "",
          "immutable_rootfs: as configured and insisted on, though the kernel has none (zstd "
          "payload)" },
        { "?", ROOT_IMMUTABLE_ROOTFS, false, "",
          "immutable_rootfs: as configured; what the kernel has is unknown (zstd payload is "
          "damaged)" },
        { "?", ROOT_LEAF, false, "", "leaf: as configured" },
        { "ns", ROOT_USER_ROOT, false, "size=1G",
          "user_root: as configured; rootflags go to rootflags=" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct capabilities kernel = kernel_of(cases[i].kernel);
        struct root_request request = request_of(&kernel, cases[i].mode, cases[i].rootflags);
        struct root_choice choice = { .mode = ROOT_MODE_COUNT };
        struct detail detail;
        enum status st;

        request.force = cases[i].force;
        st = root_choose(&request, detail_clear(&detail), &choice);
        assert_detail(&detail, cases[i].expected);
        /* Nothing is written in an error. */
        assert_int_equal(st == STATUS_OK, choice.mode != ROOT_MODE_COUNT);
    }
}

static void another_root_is_the_reason(void **state)
{
    struct capabilities kernel = kernel_of("ns");
    struct root_request request = request_of(&kernel, ROOT_AUTO, "");
    struct root_choice choice;
    struct detail detail;

    (void)state;
    request.options = BYTES("root=/dev/vda1");
    assert_status(root_choose(&request, detail_clear(&detail), &choice), STATUS_OK);
    assert_detail(&detail, "none: root= in the options names another root");
}

static void names_parameters(void **state)
{
    (void)state;
    assert_string_equal(rootflags_parameter(ROOTFLAGS_ROOTFLAGS), "rootflags");
    assert_string_equal(rootflags_parameter(ROOTFLAGS_INITRAMFS_OPTIONS), "initramfs_options");
    assert_null(rootflags_parameter(ROOTFLAGS_NOWHERE));
    assert_null(rootflags_parameter(ROOTFLAGS_LEAF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(automatic_choices),
        cmocka_unit_test(choices_that_are_asked_for),
        cmocka_unit_test(reads_options_as_the_kernel_does),
        cmocka_unit_test(asks_the_kernel_only_where_it_matters),
        cmocka_unit_test(frees_the_rootfs_for_the_leaf_init),
        cmocka_unit_test(says_why),
        cmocka_unit_test(another_root_is_the_reason),
        cmocka_unit_test(names_parameters),
    };

    return cmocka_run_group_tests_name("root-choice", tests, NULL, NULL);
}
