#include "kernel-cmdline/edit-distance.h"
#include "support.h"

static void counts_edits(void **state)
{
    static const struct {
        const char *a, *b;
        uint8_t distance;
    } cases[] = {
        { "", "", 0 },
        { "", "abc", 3 },
        { "linux", "linux", 0 },
        { "lniux", "linux", 1 },
        { "linus", "linux", 1 },
        { "linx", "linux", 1 },
        { "linuxx", "linux", 1 },
        { "xunil", "linux", 4 },
        { "ca", "abc", 3 },
        { "kitten", "sitting", 3 },
        { "ab", "ba", 1 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct bytes a = bytes_of_string(cases[i].a), b = bytes_of_string(cases[i].b);

        assert_int_equal(edit_distance(a, b), cases[i].distance);
        assert_int_equal(edit_distance(b, a), cases[i].distance);
    }
}

static void leaves_long_names_alone(void **state)
{
    uint8_t memory[EDIT_DISTANCE_MAX_BYTES + 1];
    struct bytes longest = { memory, EDIT_DISTANCE_MAX_BYTES };
    struct bytes longer = { memory, EDIT_DISTANCE_MAX_BYTES + 1 };

    (void)state;
    memset(memory, 'x', sizeof(memory));
    assert_int_equal(edit_distance(longest, longest), 0);
    assert_int_equal(edit_distance(longest, (struct bytes){ NULL, 0 }), EDIT_DISTANCE_MAX_BYTES);
    assert_int_equal(edit_distance(longer, longest), EDIT_DISTANCE_FAR);
    assert_int_equal(edit_distance(longest, longer), EDIT_DISTANCE_FAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_edits),
        cmocka_unit_test(leaves_long_names_alone),
    };

    return cmocka_run_group_tests_name("edit-distance", tests, NULL, NULL);
}
