#include "kernel-cmdline/root-mode.h"
#include "support.h"

static void names_go_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROOT_MODE_COUNT; i++) {
        enum root_mode found = ROOT_MODE_COUNT;

        assert_true(
            root_mode_from_name(bytes_of_string(root_mode_name((enum root_mode)i)), &found));
        assert_int_equal(found, i);
    }
}

static void refuses_other_names(void **state)
{
    static const struct bytes names[] = {
        { NULL, 0 }, BYTES("None"), BYTES("nullf"), BYTES("nullfs_"), BYTES("none\0")
    };
    enum root_mode found = ROOT_NULLFS;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_false(root_mode_from_name(names[i], &found));
    assert_int_equal(found, ROOT_NULLFS);
}

static void knows_which_take_a_word(void **state)
{
    (void)state;
    assert_null(root_mode_word(ROOT_AUTO));
    assert_null(root_mode_word(ROOT_NONE));
    assert_null(root_mode_word(ROOT_LEAF));
    assert_null(root_mode_word(ROOT_USER_ROOT));
    assert_null(root_mode_word(ROOT_NULLFS));
    assert_string_equal(root_mode_word(ROOT_NULLFS_ROOTFS), "nullfs_rootfs");
    assert_string_equal(root_mode_word(ROOT_IMMUTABLE_ROOTFS), "immutable_rootfs");
    assert_string_equal(root_mode_word(ROOT_NONROOT_INITRAMFS), "nonroot_initramfs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(refuses_other_names),
        cmocka_unit_test(knows_which_take_a_word),
    };

    return cmocka_run_group_tests_name("root-mode", tests, NULL, NULL);
}
