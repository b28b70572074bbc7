/* net/parallel.h, on simulated links: a rate for each connection, and a rate for all together. */
#include "net/parallel.h"
#include "support.h"

#define MIB         (1024 * 1024)
#define CONNECTIONS 24

struct simulation {
    struct parallel parallel;
    uint64_t left_bytes, missing_bytes;
    uint64_t part_bytes[CONNECTIONS];
    unsigned int peak, requests;
    uint64_t ms;
};

/* In steps of 10 ms: so many bytes for each connection, and for all at most. */
static void simulate(struct simulation *simulation, uint64_t file_bytes, uint64_t each_bytes,
                     uint64_t all_bytes, uint32_t trip_ms)
{
    struct parallel *parallel = &simulation->parallel;

    memset(simulation, 0, sizeof(*simulation));
    parallel_init(parallel, CONNECTIONS, 0);
    parallel_connected(parallel, trip_ms);
    simulation->left_bytes = simulation->missing_bytes = file_bytes;
    for (; simulation->left_bytes > 0; simulation->ms += 10) {
        unsigned int busy = 0;
        uint64_t share;

        for (size_t i = 0; i < CONNECTIONS; i++)
            busy += simulation->part_bytes[i] > 0;
        parallel_look(parallel, simulation->ms, busy, simulation->missing_bytes);
        for (size_t i = 0; i < CONNECTIONS && busy < parallel->target; i++) {
            uint64_t bytes =
                parallel_part_bytes(parallel, simulation->ms, simulation->missing_bytes);

            if (simulation->part_bytes[i] > 0 || simulation->missing_bytes == 0)
                continue;
            assert_true(bytes > 0);
            if (bytes > simulation->missing_bytes)
                bytes = simulation->missing_bytes;
            simulation->part_bytes[i] = bytes;
            simulation->missing_bytes -= bytes;
            simulation->requests++;
            busy++;
        }
        if (busy > simulation->peak)
            simulation->peak = busy;
        share = all_bytes / (busy ? busy : 1);
        for (size_t i = 0; i < CONNECTIONS; i++) {
            uint64_t bytes = share < each_bytes ? share : each_bytes;

            if (bytes > simulation->part_bytes[i])
                bytes = simulation->part_bytes[i];
            simulation->part_bytes[i] -= bytes;
            simulation->left_bytes -= bytes;
            if (bytes > 0)
                parallel_arrived(parallel, simulation->ms, (size_t)bytes);
        }
    }
}

static void adds_connections_while_they_help(void **state)
{
    static const struct {
        uint64_t file_bytes, each_bytes, all_bytes;
        uint32_t trip_ms;
        unsigned int least_peak, most_peak;
        uint64_t most_ms;
        unsigned int most_requests;
    } cases[] = {
        /* A fast link: one connection does it, in few requests. */
        { 100 * MIB, MIB, MIB, 1, 1, 1, 1100, 5 },
        /* One connection gets 1 MB/s, as with loss: as many as there may be do it in a tenth of the
           time. */
        { 16 * MIB, 10000, UINT64_MAX, 14, 24, 24, 2500, 120 },
        { 16 * MIB, 10000, UINT64_MAX, 100, 24, 24, 2000, 120 },
        /* A long path has all of them from the beginning, however fast it is. */
        { 100 * MIB, MIB, MIB, 15, 24, 24, 1200, 150 },
        { 100 * MIB, MIB, MIB, 14, 1, 1, 1100, 5 },
        /* 4 MB/s for all: more than four bring nothing, and are tried all the same. */
        { 64 * MIB, 10000, 40000, 14, 4, 8, 18500, 200 },
        /* 1 MB/s is what the link does: a second one is tried now and then, and not kept. */
        { 32 * MIB, 10000, 10000, 14, 2, 2, 34000, 200 },
        { 0, 1, 1, 1, 0, 0, 0, 0 },
        { 1, 1, 1, 1, 1, 1, 10, 1 },
    };
    struct simulation simulation;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        simulate(&simulation, cases[i].file_bytes, cases[i].each_bytes, cases[i].all_bytes,
                 cases[i].trip_ms);
        print_message("%zu: %u at most, %u requests, %u ms\n", i, simulation.peak,
                      simulation.requests, (unsigned)simulation.ms);
        assert_in_range(simulation.peak, cases[i].least_peak, cases[i].most_peak);
        assert_in_range(simulation.ms, 0, cases[i].most_ms);
        assert_in_range(simulation.requests, 0, cases[i].most_requests);
    }
}

/* Before the first frame is lost a connection may be much faster than it stays. */
static void a_first_burst_does_not_bind_the_file_to_one_connection(void **state)
{
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, 8, 0);
    parallel_arrived(&parallel, 0, MIB / 2);
    parallel_arrived(&parallel, 130, MIB / 2);
    assert_in_range(parallel_part_bytes(&parallel, 130, 15 * MIB), 3 * MIB, 5 * MIB);
    assert_int_equal(parallel_part_bytes(&parallel, 130, MIB), MIB);
    /* As fast as that it would soon be done; as it goes on, others help. */
    parallel_look(&parallel, 200, 1, 15 * MIB);
    assert_int_equal(parallel.target, 1);
    parallel_arrived(&parallel, 300, MIB / 4);
    parallel_look(&parallel, 400, 1, 15 * MIB);
    assert_int_equal(parallel.target, 2);
}

static void keeps_to_a_servers_limit(void **state)
{
    struct parallel parallel;
    uint64_t ms = 0;

    (void)state;
    parallel_init(&parallel, 8, 0);
    parallel.target = 8;
    parallel_limit(&parallel, 3);
    assert_int_equal(parallel.target, 3);
    for (; ms < 60000; ms += 10) {
        parallel_arrived(&parallel, ms, 10000 * parallel.target);
        parallel_look(&parallel, ms, parallel.target, UINT64_MAX);
        assert_in_range(parallel.target, 1, 3);
    }
    assert_int_equal(parallel.target, 3);
    parallel_limit(&parallel, 0);
    assert_int_equal(parallel.target, 1);
}

/* A path is known to be long before its round trip is over; and only then is anything risked. */
static void knows_a_long_path_early(void **state)
{
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_waited(&parallel, PARALLEL_LONG_TRIP_MS - 1);
    assert_int_equal(parallel.target, 1);
    parallel_waited(&parallel, PARALLEL_LONG_TRIP_MS);
    assert_int_equal(parallel.target, PARALLEL_LONG_TRIP_FIRST);
    /* Another connection has only begun. */
    parallel_waited(&parallel, 0);
    assert_int_equal(parallel.target, PARALLEL_LONG_TRIP_FIRST);
    assert_false(parallel_asks_early(&parallel));
    parallel_connected(&parallel, PARALLEL_EARLY_TRIP_MS);
    assert_int_equal(parallel.target, PARALLEL_LONG_TRIP_FIRST);
    assert_true(parallel_asks_early(&parallel));
    parallel_connected(&parallel, PARALLEL_EARLY_TRIP_MS - 1);
    assert_false(parallel_asks_early(&parallel));

    /* The first one was lost: the path is short. */
    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_waited(&parallel, 500);
    parallel_connected(&parallel, 1);
    assert_int_equal(parallel.target, 1);
    /* What has arrived says more than how long a connection took. */
    parallel_arrived(&parallel, 0, 1000);
    parallel.trip_ms = 0;
    parallel_waited(&parallel, 500);
    parallel_connected(&parallel, 500);
    assert_int_equal(parallel.target, 1);
}

static void asks_ahead_where_a_round_trip_costs(void **state)
{
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_connected(&parallel, PARALLEL_AHEAD_TRIP_MS - 1);
    parallel_arrived(&parallel, 0, MIB);
    assert_int_equal(parallel_ahead_bytes(&parallel, 1000, MIB), 0);

    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_connected(&parallel, 40);
    parallel.target = 1;
    parallel_arrived(&parallel, 0, 10 * MIB);
    /* Two round trips at 10 MiB/s; half of a larger part. */
    assert_in_range(parallel_ahead_bytes(&parallel, 1000, MIB), 800 * 1024, 820 * 1024);
    assert_int_equal(parallel_ahead_bytes(&parallel, 1000, 4 * MIB), 2 * MIB);
}

/* A connection that is slow leaves its last bytes to others, so that all are done together. */
static void shares_what_is_slow(void **state)
{
    static const struct {
        uint64_t since_ms, got_bytes, left_bytes, least_bytes, most_bytes;
    } cases[] = {
        /* As fast as the others, or nearly so: they would not be faster with it. */
        { 0, MIB, 2 * MIB, 0, 0 },
        { 0, MIB / 2, 2 * MIB, 0, 0 },
        { 0, MIB * 4 / 10, 2 * MIB, MIB * 13 / 10, MIB * 15 / 10 },
        /* It would soon be done. */
        { 0, MIB * 4 / 10, MIB / 16, 0, 0 },
        /* At a tenth of the others' rate. */
        { 0, MIB / 10, MIB, MIB * 8 / 10, MIB },
        { 0, MIB / 10, 10 * 1024, 0, 0 },
        /* Nothing has come: it may just have been asked for, or be dead. */
        { 750, 0, MIB, 0, 0 },
        { 650, 0, MIB, MIB, MIB },
        { 650, 0, 15 * 1024, 0, 0 },
        { 0, 0, UINT64_MAX / 2, UINT64_MAX / 2, UINT64_MAX / 2 },
    };
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_connected(&parallel, 100);
    parallel.target = 4;
    parallel_arrived(&parallel, 0, 4 * MIB);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        uint64_t bytes = parallel_share_bytes(&parallel, 1000, cases[i].since_ms,
                                              cases[i].got_bytes, cases[i].left_bytes);

        assert_true(bytes <= cases[i].left_bytes);
        assert_in_range(bytes, cases[i].least_bytes, cases[i].most_bytes);
    }
}

/* Who was left without having got anything may have been as slow to begin as all that follow. */
static void waits_longer_for_whoever_begins(void **state)
{
    struct parallel parallel;
    uint64_t longest_ms = 0;

    (void)state;
    parallel_init(&parallel, CONNECTIONS, 0);
    parallel_connected(&parallel, 100);
    parallel_arrived(&parallel, 0, 4 * MIB);
    for (uint64_t since_ms = 0; since_ms < 1000000; since_ms += longest_ms) {
        uint64_t waited_ms = 0;

        while (parallel_share_bytes(&parallel, since_ms + waited_ms, since_ms, 0, MIB) == 0 &&
               waited_ms < 100000)
            waited_ms += 10;
        assert_true(waited_ms >= 2 * longest_ms || waited_ms == 100000);
        longest_ms = waited_ms;
        parallel_shared(&parallel, since_ms + waited_ms, MIB);
        parallel_shared(&parallel, since_ms + waited_ms, 0);
        parallel_shared(&parallel, since_ms + waited_ms + 50, 0);
    }
    assert_int_equal(longest_ms, 100000);
    /* However often: nothing overflows. */
    for (unsigned int i = 0; i < 100; i++)
        parallel_shared(&parallel, UINT64_C(1) << 40 << i / 8, 0);
    assert_int_equal(parallel_share_bytes(&parallel, 1000000, 990000, 0, MIB), 0);
}

/* Where one connection was enough, what it did is what the next file begins with. */
static void knows_the_last_files_rate(void **state)
{
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, 8, 0);
    assert_int_equal(parallel_rate(&parallel, 1000), 0);
    parallel_arrived(&parallel, 1000, 4 * MIB);
    assert_int_equal(parallel_rate(&parallel, 1000 + PARALLEL_WINDOW_LEAST_MS - 1), 0);
    assert_int_equal(parallel_rate(&parallel, 3000), 2 * MIB);
    parallel.target = 2;
    assert_int_equal(parallel_rate(&parallel, 3000), 0);

    parallel_init(&parallel, 8, 2 * MIB);
    assert_in_range(parallel_part_bytes(&parallel, 0, UINT64_MAX), MIB - 1000, MIB);
    parallel_init(&parallel, 8, UINT64_MAX);
    assert_int_equal(parallel_part_bytes(&parallel, 0, UINT64_MAX), PARALLEL_PART_MOST_BYTES);
    parallel_init(&parallel, 8, 1);
    assert_int_equal(parallel_part_bytes(&parallel, 0, UINT64_MAX), PARALLEL_PART_LEAST_BYTES);
}

static void divides_files_of_any_size(void **state)
{
    static const uint64_t sizes[] = { 1, 1000, MIB, UINT32_MAX, UINT64_MAX };
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, 8, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
        assert_int_equal(parallel_part_bytes(&parallel, 0, sizes[i]), PARALLEL_PART_LEAST_BYTES);
    parallel_arrived(&parallel, 0, 1000);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        uint64_t bytes = parallel_part_bytes(&parallel, 1000, sizes[i]);

        assert_true(bytes > 0 && (bytes <= PARALLEL_PART_MOST_BYTES || bytes == sizes[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_connections_while_they_help),
        cmocka_unit_test(a_first_burst_does_not_bind_the_file_to_one_connection),
        cmocka_unit_test(keeps_to_a_servers_limit),
        cmocka_unit_test(knows_a_long_path_early),
        cmocka_unit_test(asks_ahead_where_a_round_trip_costs),
        cmocka_unit_test(shares_what_is_slow),
        cmocka_unit_test(waits_longer_for_whoever_begins),
        cmocka_unit_test(knows_the_last_files_rate),
        cmocka_unit_test(divides_files_of_any_size),
    };

    return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
