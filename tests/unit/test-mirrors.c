#include "net/mirrors.h"
#include "support.h"

/* SIZE_MAX: none is left. */
static size_t pick(struct mirrors *mirrors, uint64_t now_ms, uint64_t *ret_wait_ms)
{
    size_t index;

    *ret_wait_ms = UINT64_MAX;
    return mirrors_pick(mirrors, now_ms, &index, ret_wait_ms) ? index : SIZE_MAX;
}

static void stays_with_what_works(void **state)
{
    struct mirrors mirrors;
    uint64_t wait_ms;

    (void)state;
    mirrors_init(&mirrors, 3);
    assert_int_equal(pick(&mirrors, 0, &wait_ms), 0);
    mirrors_failed(&mirrors, 0, 0, 300);
    /* The other connections to the same place fail as well. */
    mirrors_failed(&mirrors, 0, 5, 500);
    assert_int_equal(pick(&mirrors, 10, &wait_ms), 1);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(pick(&mirrors, 10000, &wait_ms), 1);
    mirrors_failed(&mirrors, 1, 10000, 5000);
    mirrors_failed(&mirrors, 2, 10000, 5000);
    assert_int_equal(pick(&mirrors, 10001, &wait_ms), 0);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(pick(&mirrors, 99999, &wait_ms), 0);
}

static void waits_for_the_first_one(void **state)
{
    struct mirrors mirrors;
    uint64_t wait_ms;

    (void)state;
    mirrors_init(&mirrors, 3);
    mirrors_failed(&mirrors, 0, 0, 900);
    mirrors_failed(&mirrors, 1, 0, 400);
    mirrors_failed(&mirrors, 2, 0, 700);
    assert_int_equal(pick(&mirrors, 100, &wait_ms), 1);
    assert_int_equal(wait_ms, 300);
    assert_int_equal(pick(&mirrors, 400, &wait_ms), 1);
    assert_int_equal(wait_ms, 0);
}

static void forgets_what_concerned_one_file(void **state)
{
    struct mirrors mirrors;
    uint64_t wait_ms;

    (void)state;
    mirrors_init(&mirrors, 3);
    mirrors_drop(&mirrors, 0);
    mirrors_distrust(&mirrors, 1);
    mirrors.list[2].no_ranges = true;
    assert_int_equal(mirrors_left(&mirrors), 1);
    assert_int_equal(pick(&mirrors, 0, &wait_ms), 2);
    mirrors_drop(&mirrors, 2);
    assert_int_equal(mirrors_left(&mirrors), 0);
    assert_true(pick(&mirrors, 0, &wait_ms) == SIZE_MAX);
    mirrors_begin(&mirrors);
    assert_int_equal(mirrors_left(&mirrors), 2);
    assert_int_equal(pick(&mirrors, 0, &wait_ms), 0);
    assert_true(mirrors.list[1].wrong && mirrors.list[2].no_ranges);
    mirrors_init(&mirrors, MIRRORS_MOST + 1);
    assert_int_equal(mirrors_left(&mirrors), MIRRORS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_with_what_works),
        cmocka_unit_test(waits_for_the_first_one),
        cmocka_unit_test(forgets_what_concerned_one_file),
    };

    return cmocka_run_group_tests_name("mirrors", tests, NULL, NULL);
}
