#include "net/stall.h"
#include "support.h"

static void is_silent_when_nothing_answers(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    stall_sent(&stall, 100);
    stall_sent(&stall, 1100);
    assert_false(stall_is_silent(&stall, 2099));
    assert_true(stall_is_silent(&stall, 2100));
}

static void nothing_sent_is_not_silence(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    assert_false(stall_is_silent(&stall, 1000000));
}

static void one_frame_may_want_no_answer(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    stall_sent(&stall, 0);
    assert_false(stall_is_silent(&stall, 1000000));
}

static void a_late_frame_has_time_for_its_answer(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    stall_sent(&stall, 0);
    stall_sent(&stall, 3000);
    assert_false(stall_is_silent(&stall, 3499));
    assert_true(stall_is_silent(&stall, 3500));
}

static void an_old_frame_says_nothing_about_a_new_one(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    stall_sent(&stall, 0);
    stall_sent(&stall, 4001);
    assert_false(stall_is_silent(&stall, 1000000));
    stall_sent(&stall, 5001);
    assert_false(stall_is_silent(&stall, 6000));
    assert_true(stall_is_silent(&stall, 6001));
}

static void whatever_comes_in_ends_it(void **state)
{
    struct stall stall;

    (void)state;
    stall_init(&stall, 2000);
    for (uint64_t now_ms = 0; now_ms < 100000; now_ms += 500) {
        stall_sent(&stall, now_ms);
        if (now_ms % 1500 == 0)
            stall_received(&stall);
        assert_false(stall_is_silent(&stall, now_ms + 499));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_silent_when_nothing_answers),
        cmocka_unit_test(nothing_sent_is_not_silence),
        cmocka_unit_test(one_frame_may_want_no_answer),
        cmocka_unit_test(a_late_frame_has_time_for_its_answer),
        cmocka_unit_test(an_old_frame_says_nothing_about_a_new_one),
        cmocka_unit_test(whatever_comes_in_ends_it),
    };

    return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
