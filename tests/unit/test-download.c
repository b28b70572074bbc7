/* net/download.h with the real lwIP, against a peer that serves as servers do, or should not. */
#include "download-job.h"
#include "peer-file.h"

#define FILE_BYTES JOB_FILE_BYTES

/* What many connections at once bring of which nothing is used. */
#define LONG_PATH_BYTES (DOWNLOAD_CONNECTIONS * 10000)

/* Of the peer's, which counts in them. */
#define SERVED(...)                      \
    &(struct peer_file)                  \
    {                                    \
        .bytes = FILE_BYTES, __VA_ARGS__ \
    }
#define V1                   .etag = "\"v1\""
#define BREAKING(after, how) .break_after = (after), .ending = (how)

/* A mirror of "/x" of one server is another path on it. */
static const struct peer_page pages[] = {
    { .path = "/good", .file = SERVED(V1) },
    { .path = "/plain", .file = SERVED() },
    { .path = "/whole", .file = SERVED(V1, .no_ranges = true) },
    { .path = "/resetting", .file = SERVED(V1, BREAKING(400001, PEER_RESET)) },
    { .path = "/ending", .file = SERVED(V1, BREAKING(400001, PEER_CLOSE)) },
    { .path = "/stalling", .file = SERVED(V1, BREAKING(400001, PEER_STAY), .breaks = 2) },
    { .path = "/stalling-for-ever", .file = SERVED(V1, BREAKING(400001, PEER_STAY)) },
    { .path = "/whole-resetting",
      .file = SERVED(V1, BREAKING(900001, PEER_RESET), .breaks = 2, .no_ranges = true) },
    { .path = "/whole-plain-resetting",
      .file = SERVED(BREAKING(900001, PEER_RESET), .breaks = 2, .no_ranges = true) },
    { .path = "/other-range", .file = SERVED(V1, .other_range = true) },
    { .path = "/bad-range", .file = SERVED(V1, .bad_range = true) },
    { .path = "/other-size", .file = SERVED(V1, .other_size = true) },
    { .path = "/short-parts", .file = SERVED(V1, .short_parts = 100000) },
    { .path = "/changing", .file = SERVED(V1, .later_etag = "\"v2\"", .changes_after = 1) },
    { .path = "/changing-plain", .file = SERVED(.changes_after = 1) },
    { .path = "/wrong", .file = SERVED(V1, .wrong_bytes = true) },
    { .path = "/busy",
      .file = SERVED(V1, .busy = 2,
                     .busy_answer = "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n"
                                    "Content-Length: 0\r\n\r\n") },
    { .path = "/said-more",
      .file = SERVED(V1, .said_bytes = FILE_BYTES + 1000, .no_ranges = true) },
    { .path = "/said-less",
      .file = SERVED(V1, .said_bytes = FILE_BYTES - 1000, .no_ranges = true) },
    { .path = "/moved",
      .answer = "HTTP/1.1 302 F\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n",
      .ending = PEER_STAY },
    { .path = "/silent", .answer = "", .ending = PEER_STAY },
    { .path = "/junk", .answer = "220 ftp ready\r\n" },
    { .path = "/503", .answer = "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", .ending = PEER_STAY },
    { .path = NULL },
};

static void gets_the_file_whatever_happens(void **state)
{
    static const struct {
        struct job job;
        unsigned int most_excess; /* bytes fetched twice, in percent of the file */
        unsigned int notices;     /* at least */
    } cases[] = {
        { { .urls = { "/good" }, .pinned = true }, 0, 0 },
        { { .urls = { "/good" } }, 0, 0 },
        { { .urls = { "/good" }, .in_order = true }, 0, 0 },
        { { .urls = { "/moved" } }, 0, 0 },
        { { .urls = { "/plain" }, .pinned = true }, 0, 0 },
        { { .urls = { "/plain" } }, 2, 0 },
        { { .urls = { "/whole" } }, 0, 0 },
        { { .urls = { "/resetting" } }, 0, 1 },
        { { .urls = { "/resetting" }, .in_order = true }, 0, 1 },
        { { .urls = { "/ending" }, .pinned = true }, 0, 1 },
        { { .urls = { "/ending" }, .in_order = true }, 0, 1 },
        { { .urls = { "/stalling" } }, 0, 1 },
        { { .urls = { "/whole-resetting" } }, 130, 2 },
        { { .urls = { "/whole-plain-resetting" }, .in_order = true }, 130, 2 },
        { { .urls = { "/other-range" }, .pinned = true }, 5, 1 },
        { { .urls = { "/bad-range" }, .pinned = true }, 5, 1 },
        { { .urls = { "/other-size" }, .pinned = true, .in_order = true }, 0, 0 },
        { { .urls = { "/short-parts" } }, 0, 0 },
        { { .urls = { "/short-parts" }, .in_order = true }, 0, 0 },
        { { .urls = { "/changing" } }, 80, 0 },
        { { .urls = { "/changing-plain" } }, 5, 0 },
        { { .urls = { "/busy" } }, 0, 2 },
        /* Mirrors, for each kind of failure. */
        { { .urls = { "/404", "/good" }, .pinned = true }, 0, 1 },
        { { .urls = { "/503", "/good" }, .pinned = true }, 0, 1 },
        { { .urls = { "/junk", "/good" }, .pinned = true }, 0, 1 },
        { { .urls = { "/silent", "/good" }, .pinned = true }, 0, 1 },
        { { .urls = { "/wrong", "/good" }, .pinned = true }, 105, 1 },
        { { .urls = { "/resetting", "/good" }, .pinned = true }, 0, 1 },
        { { .urls = { "/stalling", "/plain" }, .pinned = true }, 0, 1 },
        { { .urls = { "/said-more", "/good" }, .pinned = true }, 120, 1 },
        { { .urls = { "/said-less", "/good" }, .pinned = true }, 120, 1 },
        { { .urls = { "/404", "/503", "/whole" }, .pinned = true }, 0, 2 },
    };
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct target target;
        struct job job = cases[i].job;
        uint64_t most_bytes = FILE_BYTES + FILE_BYTES / 100 * cases[i].most_excess + 30000;

        assert_status(target_run(&target, &rig, pages, &job), STATUS_OK);
        assert_detail(&rig.detail, "");
        assert_true(target.bytes == FILE_BYTES);
        assert_true(target.is_version[0] || (!cases[i].job.pinned && target.is_version[1]));
        assert_true(rig.received_bytes <= most_bytes);
        assert_true(target.notices >= cases[i].notices);
        /* A server that stalls costs the idle time, and what fails a moment before the next try. */
        assert_true(target.took_ms < JOB_IDLE_MS + 3000);
        rig_end(&rig);
        /* Over a long path more is asked for at once, so that less is left to go wrong. */
        job.delay_turns = JOB_LONG_PATH_TURNS;
        job.idle_ms = 10 * JOB_IDLE_MS;
        assert_status(target_run(&target, &rig, pages, &job), STATUS_OK);
        assert_true(target.bytes == FILE_BYTES);
        assert_true(target.is_version[0] || (!job.pinned && target.is_version[1]));
        assert_true(rig.received_bytes <= most_bytes + LONG_PATH_BYTES);
        rig_end(&rig);
    }
}

static void says_why_it_fails(void **state)
{
    static const struct {
        struct job job;
        enum status status;
        const char *detail;
    } cases[] = {
        { { .urls = { "/404" } }, STATUS_HTTP_NOT_FOUND, "http://boot/404: 404 Not Found" },
        { { .urls = { "/404", "/junk" } }, STATUS_HTTP_MALFORMED, "http://boot/junk: this is not" },
        { { .urls = { "/503" }, .idle_ms = 500 }, STATUS_HTTP_STATUS, "http://boot/503: 503" },
        { { .urls = { "/wrong" }, .pinned = true },
          STATUS_BLOB_DIGEST,
          "http://boot/wrong: wrong bytes" },
        { { .urls = { "/wrong", "/wrong" }, .pinned = true },
          STATUS_BLOB_DIGEST,
          "http://boot/wrong: wrong bytes" },
        { { .urls = { "/changing-plain" }, .pinned = true },
          STATUS_BLOB_DIGEST,
          "http://boot/changing-plain: wrong bytes" },
        { { .urls = { "/silent" }, .idle_ms = 500 },
          STATUS_NET_TIMEOUT,
          "http://boot/silent: no byte from 10.0.0.1:80 for 0 s before an answer" },
        { { .urls = { "/said-more" }, .pinned = true, .idle_ms = 500 },
          STATUS_HTTP_TRUNCATED,
          "http://boot/said-more: expected 1501000 bytes, found 1500000" },
        { { .urls = { "/said-less" }, .pinned = true },
          STATUS_BLOB_SIZE,
          "http://boot/said-less: wrong bytes" },
        { { .urls = { "/stalling-for-ever" }, .idle_ms = 60000, .total_ms = 1500 },
          STATUS_NET_TIMEOUT,
          "not done within 1 s, stopped after 390.6 KiB of 1.3 MiB" },
        { { .urls = { "/whole" }, .range = { 10, 20 } }, STATUS_HTTP_RANGE, "ignores ranges" },
        { { .urls = { "/good" }, .range = { FILE_BYTES, 20 } }, STATUS_HTTP_STATUS, "416" },
    };
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct target target;

        assert_status(target_run(&target, &rig, pages, &cases[i].job), cases[i].status);
        assert_detail_has(&rig.detail, cases[i].detail);
        rig_end(&rig);
    }
}

static void gets_parts_of_files(void **state)
{
    static const struct job jobs[] = {
        { .urls = { "/good" }, .in_order = true, .range = { 0, 5000 } },
        { .urls = { "/whole" }, .in_order = true, .range = { 0, 5000 } },
        { .urls = { "/404", "/good" }, .in_order = true, .range = { 0, 5000 } },
        { .urls = { "/busy" }, .in_order = true, .range = { 0, 5000 } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++) {
        struct target target;
        struct rig rig;

        assert_status(target_run(&target, &rig, pages, &jobs[i]), STATUS_OK);
        assert_true(target.bytes == 5000 && target.is_version[0] && target.finishes == 1);
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_the_file_whatever_happens),
        cmocka_unit_test(says_why_it_fails),
        cmocka_unit_test(gets_parts_of_files),
    };

    return cmocka_run_group_tests_name("download", tests, NULL, NULL);
}
