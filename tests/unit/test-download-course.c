/* How downloads go about it: connections, loss, what is remembered, what is left. */
#include "download-job.h"
#include "peer-file.h"

#define BIG_BYTES 12000000u

static struct peer_file good = { .bytes = JOB_FILE_BYTES, .etag = "\"v1\"" };
static struct peer_file big = { .bytes = BIG_BYTES, .etag = "\"v1\"" };
static struct peer_file slow = { .bytes = BIG_BYTES, .etag = "\"v1\"", .slow = true };
static struct peer_file breaking = {
    .bytes = BIG_BYTES, .etag = "\"v1\"", .break_after = 100000, .breaks = 1, .ending = PEER_RESET
};
static struct peer_file small = { .bytes = 1000, .etag = "\"v1\"" };
static const char refusal[] = "HTTP/1.1 503 B\r\nContent-Length: 0\r\n\r\n";
static struct peer_file crowded = { .bytes = JOB_FILE_BYTES,
                                    .etag = "\"v1\"",
                                    .busy = DOWNLOAD_CONNECTIONS - 2,
                                    .busy_answer = refusal };
static struct peer_file busy = { .bytes = JOB_FILE_BYTES,
                                 .etag = "\"v1\"",
                                 .busy = DOWNLOAD_CONNECTIONS + 1,
                                 .busy_answer = refusal };
static struct peer_file wrong = { .bytes = JOB_FILE_BYTES, .etag = "\"v1\"", .wrong_bytes = true };
static struct peer_file whole = { .bytes = JOB_FILE_BYTES, .no_ranges = true, .etag = "\"v1\"" };

static const struct peer_page pages[] = {
    { .path = "/good", .file = &good },
    { .path = "/big", .file = &big },
    { .path = "/slow", .file = &slow },
    { .path = "/breaking", .file = &breaking },
    { .path = "/small", .file = &small },
    { .path = "/crowded", .file = &crowded },
    { .path = "/busy", .file = &busy },
    { .path = "/wrong", .file = &wrong },
    { .path = "/whole", .file = &whole },
    { .path = "/moved",
      .answer = "HTTP/1.1 302 F\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n",
      .ending = PEER_STAY },
    { .path = "/silent", .answer = "", .ending = PEER_STAY },
    { .path = "/endless", .answer = "HTTP/1.1 200 OK\r\n\r\n", .filler_bytes = 300000 },
    { .path = NULL },
};

/* One connection more does help where each is slow; and nothing comes twice. */
static void uses_several_connections(void **state)
{
    static const struct job job = { .urls = { "/slow" }, .pinned = true, .bytes = BIG_BYTES };
    struct target target;
    struct rig rig;

    (void)state;
    assert_status(target_run(&target, &rig, pages, &job), STATUS_OK);
    assert_in_range(rig.connections, 4, 24);
    assert_int_equal(target.begins, 1);
    assert_true(rig.received_bytes < BIG_BYTES + 100000);
    rig_end(&rig);
}

/* Several connections are open when the first answer comes, each is asked for the next part while
 * one arrives, and what breaks meanwhile is fetched once more, and nothing else. */
static void hides_a_long_path(void **state)
{
    static const struct job jobs[] = {
        { .urls = { "/big" }, .pinned = true, .bytes = BIG_BYTES, .idle_ms = 60000 },
        { .urls = { "/breaking" }, .pinned = true, .bytes = BIG_BYTES, .idle_ms = 60000 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++) {
        struct mirrors mirrors = { 0 };
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.delay_turns = JOB_LONG_PATH_TURNS;
        target_init(&target, &rig, &jobs[i]);
        rig.connections = 0;
        assert_status(target_get(&target, &rig, &jobs[i], &mirrors, NULL), STATUS_OK);
        assert_int_equal(target.begins, 1);
        assert_int_equal(target.notices, i);
        assert_in_range(rig.connections, 24, 25 + i);
        /* The peer repeats a connection's first segments: the path is longer than it expects. */
        assert_true(rig.received_bytes < BIG_BYTES + 250000);
        /* The next file finds them open. */
        rig.connections = 0;
        target_init(&target, &rig, &jobs[i]);
        assert_status(target_get(&target, &rig, &jobs[i], &mirrors, NULL), STATUS_OK);
        assert_in_range(rig.connections, 0, 1);
        rig_end(&rig);
    }
}

/* On a long path, all parts that are asked for at once are asked for before the first answer: what
 * comes of them depends on the file and on the server, and is told once. */
static void asks_before_the_first_answer(void **state)
{
    static const struct {
        struct job job;
        unsigned int most_begins, notices;
    } cases[] = {
        { { .urls = { "/good" } }, 1, 0 },
        { { .urls = { "/good" }, .no_memory = true }, 2, 0 },
        { { .urls = { "/small" }, .bytes = 1000, .pinned = true }, 1, 0 },
        { { .urls = { "/whole" } }, 1, 0 },
        { { .urls = { "/moved" } }, 1, 0 },
        { { .urls = { "/crowded" } }, 1, 0 },
        { { .urls = { "/busy" } }, 1, 1 },
        { { .urls = { "/404", "/good" } }, 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct job *job = &cases[i].job;
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.delay_turns = JOB_LONG_PATH_TURNS;
        rig.watched = BYTES("Range: bytes=131072-262143\r\n");
        target_init(&target, &rig, job);
        assert_status(target_get(&target, &rig, job, NULL, NULL), STATUS_OK);
        assert_true(rig.watched_frames > 0);
        assert_true(target.bytes == target.right_bytes);
        assert_true(target.is_version[0]);
        assert_in_range(target.begins, 1, cases[i].most_begins);
        assert_int_equal(target.notices, cases[i].notices);
        rig_end(&rig);
    }
}

/* The others do what one connection does not get done, long before that one counts as stalled. */
static void does_not_wait_for_the_slowest(void **state)
{
    static const struct job job = { .urls = { "/good" }, .pinned = true, .idle_ms = 60000 };
    /* The path stays as it is, or gets so long that whoever begins looks as slow for a while. */
    static const struct {
        unsigned int delay_turns, most_ms;
    } cases[] = { { JOB_LONG_PATH_TURNS, DOWNLOAD_STALL_MS }, { 150, 10000 }, { 1000, 60000 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.delay_turns = cases[0].delay_turns;
        target_init(&target, &rig, &job);
        rig.connections = 0;
        rig.mute_connection = 3;
        rig.mute_delay_turns = cases[i].delay_turns;
        assert_status(target_get(&target, &rig, &job, NULL, NULL), STATUS_OK);
        assert_true(rig.mute_port != 0);
        assert_in_range(rig.connections, 24, 150);
        assert_int_equal(target.begins, 1);
        assert_int_equal(target.notices, 0);
        assert_in_range(target.took_ms, 0, cases[i].most_ms);
        rig_end(&rig);
    }
}

/* But to each they leave its time, however long it took us to ask the others. */
static void gives_each_its_time(void **state)
{
    static const struct job job = { .urls = { "/good" }, .pinned = true, .idle_ms = 60000 };
    struct target target;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    rig.delay_turns = JOB_LONG_PATH_TURNS / 3;
    rig.send_ms = 1;
    target_init(&target, &rig, &job);
    assert_status(target_get(&target, &rig, &job, NULL, NULL), STATUS_OK);
    assert_true(rig.received_bytes < JOB_FILE_BYTES + 10000);
    rig_end(&rig);
}

/* What there is to do for what arrives takes time of its own. */
static void says_whether_it_waits_for_the_network(void **state)
{
    static const struct job job = { .urls = { "/good" }, .pinned = true };
    static const struct {
        unsigned int delay_turns, write_takes_ms;
        bool leaves_time;
    } cases[] = { { 60, 0, true }, { 60, 20, true }, { 60, 200, false }, { 0, 50, false } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.delay_turns = cases[i].delay_turns;
        target_init(&target, &rig, &job);
        target.write_takes_ms = cases[i].write_takes_ms;
        assert_status(target_get(&target, &rig, &job, NULL, NULL), STATUS_OK);
        assert_int_equal(download_leaves_time(rig.network), cases[i].leaves_time);
        rig_end(&rig);
    }
}

static void survives_loss(void **state)
{
    static const struct job job = {
        .urls = { "/big" }, .pinned = true, .bytes = BIG_BYTES, .idle_ms = 60000
    };
    static const unsigned int one_in[] = { 100, 30 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(one_in); i++) {
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.lose_one_in = one_in[i];
        target_init(&target, &rig, &job);
        assert_status(target_get(&target, &rig, &job, NULL, NULL), STATUS_OK);
        assert_int_equal(target.begins, 1);
        rig.lose_one_in = 0;
        rig_end(&rig);
    }
}

/* The next file begins where the last one went well, and not where it was wrong. */
static void remembers_between_files(void **state)
{
    static const struct job wrong_job = { .urls = { "/wrong", "/good" }, .pinned = true };
    static const struct job ranges = { .urls = { "/whole", "/good" }, .pinned = true };
    struct mirrors mirrors = { 0 };
    struct target target;
    struct detail url;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    target_init(&target, &rig, &wrong_job);
    assert_status(target_get(&target, &rig, &wrong_job, &mirrors, &url), STATUS_OK);
    assert_detail(&url, "http://boot/wrong");
    assert_int_equal(target.notices, 1);
    assert_true(mirrors.list[0].wrong && mirrors.current == 1);
    target_init(&target, &rig, &wrong_job);
    assert_status(target_get(&target, &rig, &wrong_job, &mirrors, NULL), STATUS_OK);
    assert_int_equal(target.notices, 0);

    mirrors.count = 0;
    target_init(&target, &rig, &ranges);
    assert_status(target_get(&target, &rig, &ranges, &mirrors, NULL), STATUS_OK);
    assert_true(mirrors.list[0].no_ranges);
    rig_end(&rig);
}

static void leaves_nothing_behind(void **state)
{
    static const struct job job = { .urls = { "/moved" } };
    static const struct job silent = { .urls = { "/silent" } };
    static const struct job endless = { .urls = { "/endless" } };
    struct mirrors mirrors = { 0 };
    struct target target;
    struct detail url;
    struct rig rig;
    int blocks;

    (void)state;
    rig_start(&rig, pages);
    blocks = rig.blocks;
    for (unsigned int i = 0; i < 2; i++) {
        rig.allocations_left = i;
        target_init(&target, &rig, &job);
        assert_status(target_get(&target, &rig, &job, &mirrors, NULL), STATUS_OUT_OF_MEMORY);
        assert_int_equal(rig.blocks, blocks);
    }
    /* One connection is enough. */
    rig.allocations_left = 2;
    target_init(&target, &rig, &job);
    assert_status(target_get(&target, &rig, &job, &mirrors, &url), STATUS_OK);
    assert_detail(&url, "http://boot/good");
    rig.allocations_left = UINT32_MAX;
    rig.looks_left = 100;
    target_init(&target, &rig, &silent);
    assert_status(target_get(&target, &rig, &silent, &mirrors, NULL), STATUS_ABORTED);
    rig.looks_left = UINT32_MAX;
    target_init(&target, &rig, &job);
    target.write_fails = STATUS_BLOB_TOO_LARGE;
    assert_status(target_get(&target, &rig, &job, &mirrors, NULL), STATUS_BLOB_TOO_LARGE);
    target_init(&target, &rig, &job);
    target.begin_fails = STATUS_OUT_OF_MEMORY;
    assert_status(target_get(&target, &rig, &job, &mirrors, NULL), STATUS_OUT_OF_MEMORY);
    target_init(&target, &rig, &endless);
    assert_status(target_get(&target, &rig, &endless, &mirrors, NULL), STATUS_OK);
    assert_true(target.bytes == 300000 && target.memory_bytes == SINK_SIZE_UNKNOWN);
    rig.device_fails = true;
    target_init(&target, &rig, &job);
    assert_status(target_get(&target, &rig, &job, &mirrors, NULL), STATUS_NET_DEVICE);
    rig.device_fails = false;
    assert_int_equal(rig.blocks, blocks);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_several_connections),
        cmocka_unit_test(hides_a_long_path),
        cmocka_unit_test(asks_before_the_first_answer),
        cmocka_unit_test(does_not_wait_for_the_slowest),
        cmocka_unit_test(gives_each_its_time),
        cmocka_unit_test(survives_loss),
        cmocka_unit_test(says_whether_it_waits_for_the_network),
        cmocka_unit_test(remembers_between_files),
        cmocka_unit_test(leaves_nothing_behind),
    };

    return cmocka_run_group_tests_name("download-course", tests, NULL, NULL);
}
