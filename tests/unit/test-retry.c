/* net/retry.h; and a fleet that comes back at the same moment, with the real code. */
#include "net/retry.h"
#include "support.h"

static void waits_longer_each_time(void **state)
{
    static const uint32_t ranges_ms[] = { 500, 1000, 2000, 4000, 8000, 16000, 16000, 16000 };
    struct retry least = { 0 }, most = { 0 };

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ARRAY_LENGTH(ranges_ms); i++) {
            assert_int_equal(retry_delay_ms(&least, 0, 0), 0);
            assert_int_equal(retry_delay_ms(&most, UINT32_MAX, 0), ranges_ms[i] - 1);
        }
        retry_succeeded(&least);
        retry_succeeded(&most);
    }
    most.failures = UINT32_MAX;
    assert_int_equal(retry_delay_ms(&most, UINT32_MAX, 0), RETRY_MOST_MS - 1);
    assert_int_equal(most.failures, UINT32_MAX);
}

static void waits_as_long_as_asked(void **state)
{
    static const struct {
        unsigned int failures;
        uint64_t asked_ms, least_ms, most_ms;
    } cases[] = {
        { 0, 100, 100, 599 },
        { 0, 1000, 1000, 1499 },
        { 0, 10000, 10000, 14999 },
        { 5, 10000, 10000, 25999 },
        { 0, UINT64_MAX, 86400000, 86400000 + 43199999 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct retry least = { cases[i].failures }, most = { cases[i].failures };

        assert_true(retry_delay_ms(&least, 0, cases[i].asked_ms) == cases[i].least_ms);
        assert_true(retry_delay_ms(&most, UINT32_MAX, cases[i].asked_ms) == cases[i].most_ms);
    }
}

/* ---- a thousand machines ----------------------------------------------------------------------
 */

#define MACHINES    1000
#define STEP_MS     100
#define STEPS       6000
#define SERVED_STEP 10 /* files that the server can serve within a step: 100 a second */

struct fleet {
    struct retry retry[MACHINES];
    uint64_t next_ms[MACHINES]; /* UINT64_MAX: it has booted */
    uint64_t seed;
    bool random;
    unsigned int arrivals[STEPS];
    unsigned int booted;
    uint64_t done_ms;
};

static uint32_t fleet_random(struct fleet *fleet)
{
    fleet->seed = fleet->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return fleet->random ? (uint32_t)(fleet->seed >> 32) : UINT32_MAX / 2;
}

/* All ask at time 0. The server is down at first, and then serves so many in each step, refusing
 * the others. */
static void fleet_run(struct fleet *fleet, bool random, uint64_t down_ms, uint64_t retry_after_ms)
{
    memset(fleet, 0, sizeof(*fleet));
    fleet->seed = 1;
    fleet->random = random;
    for (uint64_t step = 0; step < STEPS && fleet->booted < MACHINES; step++) {
        unsigned int served = step * STEP_MS < down_ms ? SERVED_STEP : 0;

        for (size_t i = 0; i < MACHINES; i++) {
            if (fleet->next_ms[i] >= (step + 1) * STEP_MS)
                continue;
            fleet->arrivals[step]++;
            if (served < SERVED_STEP) {
                served++;
                fleet->booted++;
                fleet->next_ms[i] = UINT64_MAX;
                fleet->done_ms = (step + 1) * STEP_MS;
                continue;
            }
            fleet->next_ms[i] +=
                1 + retry_delay_ms(&fleet->retry[i], fleet_random(fleet), retry_after_ms);
        }
    }
}

/* Within one step, from a time on. */
static unsigned int fleet_peak(const struct fleet *fleet, uint64_t from_ms)
{
    unsigned int peak = 0;

    for (size_t step = (size_t)(from_ms / STEP_MS); step < STEPS; step++)
        if (fleet->arrivals[step] > peak)
            peak = fleet->arrivals[step];
    return peak;
}

static void a_fleet_does_not_come_back_at_once(void **state)
{
    static const struct {
        uint64_t down_ms, retry_after_ms;
        uint64_t from_ms;       /* when it counts */
        unsigned int most_peak; /* requests in a tenth of a second */
        uint64_t most_ms;       /* until all have booted; the server alone takes 10 s */
    } cases[] = {
        { 0, 0, 1000, 180, 40000 },     /* they are too many */
        { 30000, 0, 30000, 50, 80000 }, /* the server comes 30 s later */
        { 0, 10000, 10000, 50, 80000 }, /* it says when to come again */
        { 30000, 10000, 30000, 50, 100000 },
    };
    static struct fleet fleet;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        fleet_run(&fleet, true, cases[i].down_ms, cases[i].retry_after_ms);
        print_message("down %3u s, Retry-After %2u s: peak %4u in 0.1 s, all done in %u s\n",
                      (unsigned)cases[i].down_ms / 1000, (unsigned)cases[i].retry_after_ms / 1000,
                      fleet_peak(&fleet, cases[i].from_ms), (unsigned)fleet.done_ms / 1000);
        assert_int_equal(fleet.booted, MACHINES);
        assert_in_range(fleet_peak(&fleet, cases[i].from_ms), 1, cases[i].most_peak);
        assert_in_range(fleet.done_ms, 0, cases[i].most_ms);

        /* Without random numbers all would come back as one: this is what it is about. */
        fleet_run(&fleet, false, cases[i].down_ms, cases[i].retry_after_ms);
        assert_true(fleet_peak(&fleet, cases[i].from_ms) > 900);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_longer_each_time),
        cmocka_unit_test(waits_as_long_as_asked),
        cmocka_unit_test(a_fleet_does_not_come_back_at_once),
    };

    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
