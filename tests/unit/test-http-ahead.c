/* Requests that are sent while an earlier answer arrives; with the real lwIP and a peer. */
#include "net/http-transfer.h"
#include "peer-file.h"
#include "rig.h"

#define FILE_BYTES 600000u
#define PART_BYTES 200000u

static struct peer_file file = { .bytes = FILE_BYTES, .etag = "\"v1\"" };
static struct peer_file breaking = { .bytes = FILE_BYTES,
                                     .break_after = PART_BYTES / 2,
                                     .ending = PEER_RESET };

static const char part_head[] = "HTTP/1.1 206 P\r\nContent-Length: 200000\r\n"
                                "Content-Range: bytes 0-199999/600000\r\n\r\n";
static const char last_head[] = "HTTP/1.1 206 P\r\nContent-Length: 200000\r\nConnection: close\r\n"
                                "Content-Range: bytes 0-199999/600000\r\n\r\n";

static const struct peer_page pages[] = {
    { .path = "/file", .file = &file },
    { .path = "/breaking", .file = &breaking },
    { .path = "/tired", .answer = part_head, .filler_bytes = PART_BYTES, .ending = PEER_TIRE },
    { .path = "/last", .answer = last_head, .filler_bytes = PART_BYTES, .ending = PEER_CLOSE },
    { .path = NULL },
};

/* One part of a file, and the transfer that fetches it. */
struct part {
    struct sink sink;
    uint64_t first, bytes;
    bool right, done;
    struct http_request request;
    struct http_transfer transfer;
    struct detail detail;
    enum status failure;
};

static enum status part_begin(struct sink *sink, uint64_t size_bytes)
{
    (void)sink;
    (void)size_bytes;
    return STATUS_OK;
}

static enum status part_write(struct sink *sink, struct bytes bytes)
{
    struct part *part = (struct part *)sink;

    for (size_t i = 0; i < bytes.size; i++, part->bytes++)
        part->right &= bytes.data[i] == peer_file_byte(part->first + part->bytes, 0);
    return STATUS_OK;
}

static enum status part_finish(struct sink *sink)
{
    (void)sink;
    return STATUS_OK;
}

static void part_start(struct part *part, struct rig *rig, const char *url, uint64_t first,
                       struct part *before)
{
    memset(part, 0, sizeof(*part));
    part->sink = (struct sink){ part_begin, part_write, part_finish };
    part->first = first;
    part->right = true;
    part->request = (struct http_request){
        .url = bytes_of_string(url),
        .range = { first, PART_BYTES },
        .body = &part->sink,
        .idle_timeout_ms = 2000,
        .total_timeout_ms = 60000,
    };
    assert_status(http_transfer_start(&part->transfer, rig->network, &part->request,
                                      detail_clear(&part->detail),
                                      before ? &before->transfer : NULL),
                  STATUS_OK);
}

static void part_stop(struct part *part)
{
    http_transfer_stop(&part->transfer);
}

/* Until the part has so many bytes, is done, or has failed. */
static void part_run(struct part *part, struct rig *rig, uint64_t bytes)
{
    while (!part->done && !part->failure && part->bytes < bytes) {
        assert_status(network_poll(rig->network), STATUS_OK);
        part->failure = http_transfer_step(&part->transfer, &part->done);
    }
}

/* A first part that has begun to arrive, and a second one behind it that was asked for. */
static void start_both(struct part *first, struct part *second, struct rig *rig, const char *url)
{
    rig->connections = 0;
    part_start(first, rig, url, 0, NULL);
    assert_false(http_exchange_may_be_followed(&first->transfer.exchange));
    part_run(first, rig, 1);
    assert_true(http_exchange_may_be_followed(&first->transfer.exchange));
    rig->watched = BYTES("Range: bytes=200000-");
    rig->watched_frames = 0;
    part_start(second, rig, url, PART_BYTES, first);
    assert_int_equal(rig->watched_frames, 1);
    assert_true(first->bytes < PART_BYTES);
    /* One at a time: the answer that comes next may be the last. */
    assert_false(http_exchange_may_be_followed(&first->transfer.exchange));
    assert_false(http_exchange_may_be_followed(&second->transfer.exchange));
}

static void assert_whole(const struct part *part)
{
    assert_true(part->done);
    assert_true(part->right);
    assert_int_equal(part->bytes, PART_BYTES);
}

static void answers_follow_each_other(void **state)
{
    static struct part first, second, third;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    start_both(&first, &second, &rig, "http://boot/file");
    part_run(&first, &rig, UINT64_MAX);
    assert_whole(&first);
    part_stop(&first);
    assert_false(http_exchange_is_cut_off(&second.transfer.exchange));
    /* It is its turn, so there may be one behind it. */
    part_run(&second, &rig, second.bytes + 1);
    part_start(&third, &rig, "http://boot/file", 2 * PART_BYTES, &second);
    part_run(&second, &rig, UINT64_MAX);
    assert_whole(&second);
    part_stop(&second);
    part_run(&third, &rig, UINT64_MAX);
    assert_whole(&third);
    part_stop(&third);
    assert_int_equal(rig.connections, 1);
    /* The connection is whole, and waits. */
    part_start(&first, &rig, "http://boot/file", 0, NULL);
    part_run(&first, &rig, UINT64_MAX);
    assert_whole(&first);
    part_stop(&first);
    assert_int_equal(rig.connections, 1);
    rig_end(&rig);
}

/* The second answer begins in the segment in which the first one ends, however these lie. */
static void survives_loss(void **state)
{
    static struct part first, second;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    start_both(&first, &second, &rig, "http://boot/file");
    rig.lose_one_in = 20;
    part_run(&first, &rig, UINT64_MAX);
    assert_whole(&first);
    part_stop(&first);
    part_run(&second, &rig, UINT64_MAX);
    rig.lose_one_in = 0;
    assert_whole(&second);
    part_stop(&second);
    rig_end(&rig);
}

static void is_asked_again_where_the_server_left(void **state)
{
    static struct part first, second;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    start_both(&first, &second, &rig, "http://boot/tired");
    part_run(&first, &rig, UINT64_MAX);
    assert_whole(&first);
    part_stop(&first);
    /* That server only knows the file's beginning: what counts is that it was asked again. */
    part_run(&second, &rig, UINT64_MAX);
    assert_status(second.failure, STATUS_HTTP_RANGE);
    assert_int_equal(rig.connections, 2);
    part_stop(&second);
    rig_end(&rig);
}

static void is_cut_off_with_the_one_before(void **state)
{
    static struct part first, second;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    start_both(&first, &second, &rig, "http://boot/breaking");
    part_run(&first, &rig, UINT64_MAX);
    assert_status(first.failure, STATUS_NET_RESET);
    part_stop(&first);
    assert_true(http_exchange_is_cut_off(&second.transfer.exchange));
    part_stop(&second);

    /* Nobody wants the first part any more. */
    start_both(&first, &second, &rig, "http://boot/file");
    part_stop(&first);
    assert_true(http_exchange_is_cut_off(&second.transfer.exchange));
    part_stop(&second);
    assert_int_equal(second.bytes, 0);
    rig_end(&rig);
}

/* What answers a request that nobody waits for must not answer the next one. */
static void is_given_up_with_its_connection(void **state)
{
    static struct part first, second;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    start_both(&first, &second, &rig, "http://boot/file");
    part_stop(&second);
    part_run(&first, &rig, UINT64_MAX);
    assert_whole(&first);
    part_stop(&first);
    part_start(&second, &rig, "http://boot/file", 2 * PART_BYTES, NULL);
    part_run(&second, &rig, UINT64_MAX);
    assert_whole(&second);
    part_stop(&second);
    assert_int_equal(rig.connections, 2);
    rig_end(&rig);
}

static void nothing_follows_a_last_answer(void **state)
{
    static struct part first, second;
    struct rig rig;

    (void)state;
    rig_start(&rig, pages);
    part_start(&first, &rig, "http://boot/last", 0, NULL);
    part_run(&first, &rig, 1);
    assert_false(http_exchange_may_be_followed(&first.transfer.exchange));
    part_stop(&first);

    /* Another server's part is asked for on a connection of its own. */
    part_start(&first, &rig, "http://boot/file", 0, NULL);
    part_run(&first, &rig, 1);
    rig.connections = 0;
    part_start(&second, &rig, "http://10.0.0.1/file", PART_BYTES, &first);
    part_run(&second, &rig, UINT64_MAX);
    assert_whole(&second);
    assert_int_equal(rig.connections, 1);
    part_stop(&second);
    part_stop(&first);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_follow_each_other),
        cmocka_unit_test(survives_loss),
        cmocka_unit_test(is_asked_again_where_the_server_left),
        cmocka_unit_test(is_cut_off_with_the_one_before),
        cmocka_unit_test(is_given_up_with_its_connection),
        cmocka_unit_test(nothing_follows_a_last_answer),
    };

    return cmocka_run_group_tests_name("http-ahead", tests, NULL, NULL);
}
