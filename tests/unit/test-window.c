#include "net/window.h"
#include "support.h"

#define KIB 1024U
#define MIB (1024U * 1024U)

static void stays_where_the_trip_is_short(void **state)
{
    struct window window;

    (void)state;
    window_init(&window, 1, 512 * KIB, 8 * MIB, 0);
    /* 50 MB/s */
    for (uint32_t now_ms = 1; now_ms < 1000; now_ms++)
        assert_int_equal(window_received(&window, 50000, false, now_ms), 0);
    assert_int_equal(window.bytes, 512 * KIB);
}

/* A sender that the window limits sends one of it in each round trip: it doubles; or grows by half
 * where it is not alone. */
static void grows_until_it_no_longer_limits(void **state)
{
    struct window window;
    uint32_t link = 2 * MIB; /* in a round trip */

    (void)state;
    for (uint32_t halves = 3; halves <= 4; halves++) {
        uint32_t before = 512 * KIB;

        window_init(&window, 100, before, 8 * MIB, 0);
        for (uint32_t now_ms = 100; now_ms <= 1000; now_ms += 100) {
            uint32_t sent = window.bytes < link ? window.bytes : link;
            uint32_t wanted = sent / 2 * halves;
            uint32_t grown = window_received(&window, sent, halves == 3, now_ms);

            /* What arrives last is not half more than before: it no longer grows. */
            if (halves == 3 && sent == link)
                wanted = before;
            assert_int_equal(window.bytes, before + grown);
            assert_int_equal(window.bytes, wanted > before ? wanted : before);
            before = window.bytes;
        }
        assert_int_equal(window.bytes, halves == 3 ? 2592 * KIB : 2 * link);
    }
}

/* What a path carries is not exceeded by more than a quarter, once it no longer grows. */
static void does_not_fill_queues(void **state)
{
    static const uint32_t arriving[] = { 64, 100, 190, 250, 250, 260, 240 };
    static const uint32_t expected[] = { 128, 200, 380, 380, 380, 380, 380 };
    struct window window;

    (void)state;
    window_init(&window, 100, 128 * KIB, 8 * MIB, 0);
    for (uint32_t i = 0; i < ARRAY_LENGTH(arriving); i++) {
        window_received(&window, arriving[i] * KIB, false, (i + 1) * 100);
        assert_int_equal(window.bytes, expected[i] * KIB);
    }
    /* Slowly, it follows. */
    window_received(&window, 320 * KIB, false, 800);
    assert_int_equal(window.bytes, 400 * KIB);
}

static void has_a_limit(void **state)
{
    struct window window;

    (void)state;
    window_init(&window, 10, 512 * KIB, 1 * MIB, 0);
    assert_int_equal(window_received(&window, UINT32_MAX, false, 5), 0);
    assert_int_equal(window_received(&window, UINT32_MAX, false, 10), 512 * KIB);
    assert_int_equal(window_received(&window, UINT32_MAX, false, 20), 0);
    window_init(&window, 10, 2 * MIB, 1 * MIB, 0);
    assert_int_equal(window.bytes, 1 * MIB);
}

static void what_trickles_in_does_not_count_as_much(void **state)
{
    struct window window;

    (void)state;
    window_init(&window, 10, 512 * KIB, 8 * MIB, 0);
    assert_int_equal(window_received(&window, 5 * MIB, false, 100), 512 * KIB);
}

static void the_clock_may_wrap(void **state)
{
    struct window window;

    (void)state;
    window_init(&window, 0, 512 * KIB, 8 * MIB, UINT32_MAX - 49);
    assert_int_equal(window_received(&window, 512 * KIB, false, 49), 0);
    assert_int_equal(window_received(&window, 512 * KIB, false, 50), 3 * 512 * KIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_where_the_trip_is_short),
        cmocka_unit_test(grows_until_it_no_longer_limits),
        cmocka_unit_test(does_not_fill_queues),
        cmocka_unit_test(has_a_limit),
        cmocka_unit_test(what_trickles_in_does_not_count_as_much),
        cmocka_unit_test(the_clock_may_wrap),
    };

    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
