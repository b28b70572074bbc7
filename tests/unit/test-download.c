/* net/download.h with the real lwIP, against a peer that serves as servers do, or should not. */
#include "net/download.h"
#include "peer-file.h"
#include "rig.h"

#define FILE_BYTES 1500000u
#define BIG_BYTES  12000000u

/* Of the requests, unless they say otherwise. */
#define IDLE_MS 2000

/* A mirror of "/x" of one server is another path on it. */
static struct peer_file files[] = {
    { .bytes = FILE_BYTES, .etag = "\"v1\"" },                    /* good */
    { .bytes = BIG_BYTES, .etag = "\"v1\"" },                     /* big */
    { .bytes = FILE_BYTES },                                      /* plain */
    { .bytes = FILE_BYTES, .no_ranges = true, .etag = "\"v1\"" }, /* whole */
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .break_after = 400001, .ending = PEER_RESET },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .break_after = 400001, .ending = PEER_CLOSE },
    { .bytes = FILE_BYTES,
      .etag = "\"v1\"",
      .break_after = 400001,
      .breaks = 2,
      .ending = PEER_STAY },
    { .bytes = FILE_BYTES,
      .no_ranges = true,
      .etag = "\"v1\"",
      .break_after = 900001,
      .breaks = 2,
      .ending = PEER_RESET },
    { .bytes = FILE_BYTES,
      .no_ranges = true,
      .break_after = 900001,
      .breaks = 2,
      .ending = PEER_RESET },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .other_range = true },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .bad_range = true },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .other_size = true },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .short_parts = 100000 },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .later_etag = "\"v2\"", .changes_after = 1 },
    { .bytes = FILE_BYTES, .changes_after = 1 },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .wrong_bytes = true },
    { .bytes = FILE_BYTES,
      .etag = "\"v1\"",
      .busy = 2,
      .busy_answer = "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n" },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .said_bytes = FILE_BYTES + 1000, .no_ranges = true },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .said_bytes = FILE_BYTES - 1000, .no_ranges = true },
    { .bytes = FILE_BYTES, .etag = "\"v1\"", .break_after = 400001, .ending = PEER_STAY },
    { .bytes = BIG_BYTES, .etag = "\"v1\"", .slow = true },
};

static const struct peer_page pages[] = {
    { .path = "/good", .file = &files[0] },
    { .path = "/big", .file = &files[1] },
    { .path = "/plain", .file = &files[2] },
    { .path = "/whole", .file = &files[3] },
    { .path = "/resetting", .file = &files[4] },
    { .path = "/ending", .file = &files[5] },
    { .path = "/stalling", .file = &files[6] },
    { .path = "/whole-resetting", .file = &files[7] },
    { .path = "/whole-plain-resetting", .file = &files[8] },
    { .path = "/other-range", .file = &files[9] },
    { .path = "/bad-range", .file = &files[10] },
    { .path = "/other-size", .file = &files[11] },
    { .path = "/short-parts", .file = &files[12] },
    { .path = "/changing", .file = &files[13] },
    { .path = "/changing-plain", .file = &files[14] },
    { .path = "/wrong", .file = &files[15] },
    { .path = "/busy", .file = &files[16] },
    { .path = "/said-more", .file = &files[17] },
    { .path = "/said-less", .file = &files[18] },
    { .path = "/stalling-for-ever", .file = &files[19] },
    { .path = "/slow", .file = &files[20] },
    { .path = "/moved",
      .answer = "HTTP/1.1 302 F\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n",
      .ending = PEER_STAY },
    { .path = "/silent", .answer = "", .ending = PEER_STAY },
    { .path = "/junk", .answer = "220 ftp ready\r\n" },
    { .path = "/503", .answer = "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", .ending = PEER_STAY },
    { .path = "/endless", .answer = "HTTP/1.1 200 OK\r\n\r\n", .filler_bytes = 300000 },
    { .path = NULL },
};

/* What a file must be: version 0, or (not pinned) any one version throughout. */
struct target {
    struct sink sink;
    uint8_t *memory; /* NULL: none was asked for */
    size_t memory_bytes;
    bool has_memory;
    uint64_t bytes;
    bool is_version[2];
    bool pinned;
    uint64_t right_bytes;
    unsigned int begins, finishes, notices;
    struct text *detail;
    enum status begin_fails, write_fails;
};

static enum status target_begin(struct sink *sink, uint64_t size_bytes)
{
    struct target *target = (struct target *)sink;

    target->begins++;
    target->bytes = 0;
    target->is_version[0] = target->is_version[1] = true;
    free(target->memory);
    target->memory = NULL;
    target->memory_bytes = (size_t)size_bytes;
    if (target->has_memory && size_bytes != SINK_SIZE_UNKNOWN)
        target->memory = malloc(size_bytes + 1);
    return target->begin_fails;
}

static enum status target_write(struct sink *sink, struct bytes bytes)
{
    struct target *target = (struct target *)sink;

    if (target->memory) {
        assert_ptr_equal(bytes.data, target->memory + target->bytes);
        assert_true(bytes.size <= target->memory_bytes - target->bytes);
    }
    for (size_t i = 0; i < bytes.size; i++, target->bytes++)
        for (unsigned int version = 0; version < 2; version++)
            if (bytes.data[i] != peer_file_byte(target->bytes, version))
                target->is_version[version] = false;
    return target->write_fails;
}

static enum status target_finish(struct sink *sink)
{
    struct target *target = (struct target *)sink;

    target->finishes++;
    if (!target->pinned || (target->is_version[0] && target->bytes == target->right_bytes))
        return STATUS_OK;
    text_add(target->detail, "wrong bytes");
    return target->bytes == target->right_bytes ? STATUS_BLOB_DIGEST : STATUS_BLOB_SIZE;
}

static uint8_t *target_memory(void *context)
{
    return ((struct target *)context)->memory;
}

static void target_notice(void *context, const struct text *line)
{
    ((struct target *)context)->notices++;
    assert_true(line->size > 0);
}

struct job {
    const char *urls[3]; /* paths; the file's own and its mirrors */
    bool pinned, in_order;
    struct http_range range;
    uint32_t idle_ms, total_ms; /* 0: the usual ones */
};

static void target_init(struct target *target, struct rig *rig, const struct job *job)
{
    memset(target, 0, sizeof(*target));
    target->sink = (struct sink){ target_begin, target_write, target_finish };
    target->has_memory = !job->in_order;
    target->pinned = job->pinned;
    target->right_bytes = FILE_BYTES;
    target->detail = detail_clear(&rig->detail);
}

static enum status run(struct rig *rig, const struct job *job, struct mirrors *mirrors,
                       struct target *target, struct detail *ret_url)
{
    char memory[3][64];
    struct bytes urls[3];
    size_t count = 0;
    struct download_request request = {
        .urls = urls,
        .mirrors = mirrors,
        .body = &target->sink,
        .is_pinned = job->pinned,
        .memory = job->in_order ? NULL : target_memory,
        .notice = target_notice,
        .context = target,
        .range = job->range,
        .idle_timeout_ms = job->idle_ms > 0 ? job->idle_ms : IDLE_MS,
        .total_timeout_ms = job->total_ms > 0 ? job->total_ms : 60000,
    };
    enum status st;

    for (; count < 3 && job->urls[count]; count++) {
        snprintf(memory[count], sizeof(memory[count]), "http://boot%s", job->urls[count]);
        urls[count] = bytes_of_string(memory[count]);
    }
    if (mirrors->count == 0)
        mirrors_init(mirrors, count);
    st = download_get(rig->network, &request, target->detail,
                      ret_url ? detail_clear(ret_url) : NULL);
    free(target->memory);
    target->memory = NULL;
    return st;
}

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
        struct mirrors mirrors = { 0 };
        struct target target;
        enum status st;
        uint64_t begun_ms;
        uint64_t most_bytes = FILE_BYTES + FILE_BYTES / 100 * cases[i].most_excess + 30000;

        rig_start(&rig, pages);
        target_init(&target, &rig, &cases[i].job);
        rig.received_bytes = 0;
        begun_ms = rig.platform.now_ms(&rig.platform);
        st = run(&rig, &cases[i].job, &mirrors, &target, NULL);
        assert_status(st, STATUS_OK);
        assert_detail(&rig.detail, "");
        assert_true(target.bytes == FILE_BYTES);
        assert_true(target.is_version[0] || (!cases[i].job.pinned && target.is_version[1]));
        assert_true(rig.received_bytes <= most_bytes);
        assert_true(target.notices >= cases[i].notices);
        /* A server that stalls costs the idle time, and what fails a moment before the next try. */
        assert_true(rig.platform.now_ms(&rig.platform) - begun_ms < IDLE_MS + 3000);
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
          "not done within 1 s, stopped after 390.6 KiB of 1.0 MiB" },
        { { .urls = { "/whole" }, .range = { 10, 20 } }, STATUS_HTTP_RANGE, "ignores ranges" },
        { { .urls = { "/good" }, .range = { FILE_BYTES, 20 } }, STATUS_HTTP_STATUS, "416" },
    };
    struct rig rig;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct mirrors mirrors = { 0 };
        struct target target;
        enum status st;

        rig_start(&rig, pages);
        target_init(&target, &rig, &cases[i].job);
        st = run(&rig, &cases[i].job, &mirrors, &target, NULL);
        assert_status(st, cases[i].status);
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
        struct mirrors mirrors = { 0 };
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        target_init(&target, &rig, &jobs[i]);
        assert_status(run(&rig, &jobs[i], &mirrors, &target, NULL), STATUS_OK);
        assert_true(target.bytes == 5000 && target.is_version[0] && target.finishes == 1);
        rig_end(&rig);
    }
}

/* One connection more does help where each is slow; and nothing comes twice. */
static void uses_several_connections(void **state)
{
    static const struct job job = { .urls = { "/slow" }, .pinned = true };
    struct mirrors mirrors = { 0 };
    struct target target;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    target_init(&target, &rig, &job);
    target.right_bytes = BIG_BYTES;
    rig.received_bytes = 0;
    assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_OK);
    assert_in_range(rig.connections, 4, 8);
    assert_int_equal(target.begins, 1);
    assert_true(rig.received_bytes < BIG_BYTES + 100000);
    rig_end(&rig);
}

static void survives_loss(void **state)
{
    static const struct job job = { .urls = { "/big" }, .pinned = true, .idle_ms = 60000 };
    static const unsigned int one_in[] = { 100, 30 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(one_in); i++) {
        struct mirrors mirrors = { 0 };
        struct target target;
        struct rig rig;

        rig_start(&rig, pages);
        rig.lose_one_in = one_in[i];
        target_init(&target, &rig, &job);
        target.right_bytes = BIG_BYTES;
        assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_OK);
        assert_int_equal(target.begins, 1);
        rig.lose_one_in = 0;
        rig_end(&rig);
    }
}

/* The next file begins where the last one went well, and not where it was wrong. */
static void remembers_between_files(void **state)
{
    static const struct job wrong = { .urls = { "/wrong", "/good" }, .pinned = true };
    static const struct job ranges = { .urls = { "/whole", "/good" }, .pinned = true };
    struct mirrors mirrors = { 0 };
    struct target target;
    struct detail url;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    target_init(&target, &rig, &wrong);
    assert_status(run(&rig, &wrong, &mirrors, &target, &url), STATUS_OK);
    assert_detail(&url, "http://boot/wrong");
    assert_int_equal(target.notices, 1);
    assert_true(mirrors.list[0].wrong && mirrors.current == 1);
    target_init(&target, &rig, &wrong);
    assert_status(run(&rig, &wrong, &mirrors, &target, NULL), STATUS_OK);
    assert_int_equal(target.notices, 0);

    mirrors.count = 0;
    target_init(&target, &rig, &ranges);
    assert_status(run(&rig, &ranges, &mirrors, &target, NULL), STATUS_OK);
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
        assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_OUT_OF_MEMORY);
        assert_int_equal(rig.blocks, blocks);
    }
    /* One connection is enough. */
    rig.allocations_left = 2;
    target_init(&target, &rig, &job);
    assert_status(run(&rig, &job, &mirrors, &target, &url), STATUS_OK);
    assert_detail(&url, "http://boot/good");
    rig.allocations_left = UINT32_MAX;
    rig.looks_left = 100;
    target_init(&target, &rig, &silent);
    assert_status(run(&rig, &silent, &mirrors, &target, NULL), STATUS_ABORTED);
    rig.looks_left = UINT32_MAX;
    target_init(&target, &rig, &job);
    target.write_fails = STATUS_BLOB_TOO_LARGE;
    assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_BLOB_TOO_LARGE);
    target_init(&target, &rig, &job);
    target.begin_fails = STATUS_OUT_OF_MEMORY;
    assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_OUT_OF_MEMORY);
    target_init(&target, &rig, &endless);
    assert_status(run(&rig, &endless, &mirrors, &target, NULL), STATUS_OK);
    assert_true(target.bytes == 300000 && target.memory_bytes == SINK_SIZE_UNKNOWN);
    rig.device_fails = true;
    target_init(&target, &rig, &job);
    assert_status(run(&rig, &job, &mirrors, &target, NULL), STATUS_NET_DEVICE);
    rig.device_fails = false;
    assert_int_equal(rig.blocks, blocks);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_the_file_whatever_happens),
        cmocka_unit_test(says_why_it_fails),
        cmocka_unit_test(gets_parts_of_files),
        cmocka_unit_test(uses_several_connections),
        cmocka_unit_test(survives_loss),
        cmocka_unit_test(remembers_between_files),
        cmocka_unit_test(leaves_nothing_behind),
    };

    return cmocka_run_group_tests_name("download", tests, NULL, NULL);
}
