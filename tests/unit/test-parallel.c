/* net/parallel.h, on simulated links: a rate for each connection, and a rate for all together. */
#include "net/parallel.h"
#include "support.h"

#define MIB (1024 * 1024)

struct simulation {
    struct parallel parallel;
    uint64_t left_bytes, missing_bytes;
    uint64_t part_bytes[8];
    unsigned int peak, requests;
    uint64_t ms;
};

/* In steps of 10 ms: so many bytes for each connection, and for all at most. */
static void simulate(struct simulation *simulation, uint64_t file_bytes, uint64_t each_bytes,
                     uint64_t all_bytes, uint32_t trip_ms)
{
    struct parallel *parallel = &simulation->parallel;

    memset(simulation, 0, sizeof(*simulation));
    parallel_init(parallel, 8);
    parallel_connected(parallel, trip_ms);
    simulation->left_bytes = simulation->missing_bytes = file_bytes;
    for (; simulation->left_bytes > 0; simulation->ms += 10) {
        unsigned int busy = 0;
        uint64_t share;

        for (size_t i = 0; i < 8; i++)
            busy += simulation->part_bytes[i] > 0;
        parallel_look(parallel, simulation->ms, busy, simulation->missing_bytes);
        for (size_t i = 0; i < 8 && busy < parallel->target; i++) {
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
        for (size_t i = 0; i < 8; i++) {
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
        { 100 * MIB, MIB, MIB, 1, 1, 1, 1100, 4 },
        /* One connection gets 1 MB/s, as with loss: eight do it in a quarter of the time. */
        { 16 * MIB, 10000, UINT64_MAX, 20, 8, 8, 4200, 80 },
        { 16 * MIB, 10000, UINT64_MAX, 100, 8, 8, 3000, 80 },
        /* A long path has a few from the beginning, however fast it is. */
        { 100 * MIB, MIB, MIB, 50, 4, 8, 1200, 40 },
        { 100 * MIB, MIB, MIB, 49, 1, 1, 1100, 4 },
        /* 4 MB/s for all: more than four bring nothing, and are tried all the same. */
        { 64 * MIB, 10000, 40000, 20, 4, 8, 18500, 200 },
        /* 1 MB/s is what the link does: a second one is tried now and then, and not kept. */
        { 32 * MIB, 10000, 10000, 20, 2, 2, 34000, 200 },
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
    parallel_init(&parallel, 8);
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
    parallel_init(&parallel, 8);
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

static void divides_files_of_any_size(void **state)
{
    static const uint64_t sizes[] = { 1, 1000, MIB, UINT32_MAX, UINT64_MAX };
    struct parallel parallel;

    (void)state;
    parallel_init(&parallel, 8);
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
        assert_int_equal(parallel_part_bytes(&parallel, 0, sizes[i]), PARALLEL_PART_FIRST_BYTES);
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
        cmocka_unit_test(divides_files_of_any_size),
    };

    return cmocka_run_group_tests_name("parallel", tests, NULL, NULL);
}
