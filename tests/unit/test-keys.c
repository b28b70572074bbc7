#include "kernel-cmdline/config-value.h"
#include "kernel-cmdline/keys.h"
#include "support.h"

static void names_are_unique_and_typable(void **state)
{
    (void)state;
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const char *name = key_info(key)->name;

        assert_int_equal(key_from_name(bytes_of_string(name)), key);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
    }
}

static void lists_are_consistent(void **state)
{
    (void)state;
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const struct key_info *info = key_info(key);
        union config_value value;

        assert_in_range(info->sources, KEY_LINE, KEY_LINE | KEY_ENTRY);
        assert_in_range(info->most, 1, 64);
        assert_true(strlen(info->sentence) > 0);
        assert_null(strchr(info->sentence, '|')); /* would break the README's table */
        if (info->default_text[0] != '\0')
            assert_true(config_value_read(info->type, bytes_of_string(info->default_text), &value));
    }
}

static void finds_near_names(void **state)
{
    static const struct {
        const char *name;
        enum key_source source;
        const char *nearest; /* NULL: none */
    } cases[] = {
        { "lniux", KEY_LINE, "linux" },
        { "Linux", KEY_LINE, "linux" },
        { "initrds", KEY_LINE, "initrd" },
        { "initrd_sha256", KEY_LINE, "initrd-sha256" },
        { "option", KEY_ENTRY, "options" },
        { "option", KEY_LINE, NULL }, /* the line may not use it */
        { "entyr", KEY_LINE, "entry" },
        { "entyr", KEY_ENTRY, NULL },
        { "root", KEY_LINE, NULL },
        { "rootflag", KEY_LINE, "rootflags" },
        { "kernel", KEY_LINE, NULL },
        { "", KEY_LINE, NULL },
        { "a-name-that-is-longer-than-any-key-could-be", KEY_LINE, NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t key = key_nearest(bytes_of_string(cases[i].name), cases[i].source);

        if (!cases[i].nearest) {
            if (key != KEY_COUNT)
                fail_msg("'%s' is near '%s'", cases[i].name, key_info(key)->name);
            continue;
        }
        assert_true(key < KEY_COUNT);
        assert_string_equal(key_info(key)->name, cases[i].nearest);
    }
}

static void describes_every_type(void **state)
{
    struct detail detail;

    (void)state;
    for (size_t key = 0; key < KEY_COUNT; key++) {
        key_type_describe(key_info(key)->type, detail_clear(&detail));
        assert_true(detail.text.size > 0);
        assert_true(strlen(key_type_placeholder(key_info(key)->type)) > 0);
    }
    key_type_describe(KEY_TYPE_ROOT_MODE, detail_clear(&detail));
    assert_detail(&detail,
                  "one of auto, nullfs, nullfs_rootfs, immutable_rootfs, nonroot_initramfs, "
                  "user_root, leaf, none");
    key_type_describe(KEY_TYPE_SIZE, detail_clear(&detail));
    assert_detail(&detail, "a decimal number of bytes from 1 to 9223372036854775807");
    key_type_describe(KEY_TYPE_SECONDS, detail_clear(&detail));
    assert_detail(&detail, "a decimal number of seconds from 1 to 86400");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_typable),
        cmocka_unit_test(lists_are_consistent),
        cmocka_unit_test(finds_near_names),
        cmocka_unit_test(describes_every_type),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
