#include "payload/architecture.h"
#include "support.h"

static void names_go_both_ways(void **state)
{
    static const enum architecture all[] = { ARCHITECTURE_X64, ARCHITECTURE_AA64 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        enum architecture found = (enum architecture)99;

        assert_true(architecture_from_name(bytes_of_string(architecture_name(all[i])), &found));
        assert_int_equal(found, all[i]);
    }
}

static void compares_without_case(void **state)
{
    enum architecture found = ARCHITECTURE_X64;

    (void)state;
    assert_true(architecture_from_name(BYTES("AA64"), &found));
    assert_int_equal(found, ARCHITECTURE_AA64);
    assert_true(architecture_from_name(BYTES("X64"), &found));
    assert_int_equal(found, ARCHITECTURE_X64);
}

static void refuses_other_names(void **state)
{
    static const struct bytes names[] = { { NULL, 0 },
                                          BYTES("x6"),
                                          BYTES("x644"),
                                          BYTES("ia32"),
                                          BYTES("x\x16"
                                                "4"),
                                          BYTES("riscv64"),
                                          BYTES("a@64") };
    enum architecture found = ARCHITECTURE_AA64;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_false(architecture_from_name(names[i], &found));
    assert_int_equal(found, ARCHITECTURE_AA64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(compares_without_case),
        cmocka_unit_test(refuses_other_names),
    };

    return cmocka_run_group_tests_name("architecture", tests, NULL, NULL);
}
