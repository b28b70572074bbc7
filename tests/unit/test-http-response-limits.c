/* What answers may be at most, and what becomes of the parts of their heads. */
#include "response-recorder.h"

static enum status feed_string(struct http_response *response, const char *string)
{
    return http_response_feed(response, bytes_of_string(string));
}

static enum status feed_filler(struct http_response *response, uint64_t count, size_t piece)
{
    static const uint8_t filler[64 * 1024] = { 'x' };
    static bool filled;
    static uint8_t memory[sizeof(filler)];
    enum status st = STATUS_OK;

    if (!filled)
        memset(memory, 'x', sizeof(memory));
    filled = true;
    while (!st && count > 0) {
        size_t size = count < piece ? (size_t)count : piece;

        st = http_response_feed(response, (struct bytes){ memory, size });
        count -= size;
    }
    return st;
}

struct fixture {
    struct http_response response;
    struct recorder recorder;
    struct detail detail;
};

static struct fixture *fixture_new(void)
{
    static struct fixture fixture;

    recorder_init(&fixture.recorder);
    http_response_init(&fixture.response, (struct http_range){ 0, 0 }, &fixture.recorder.sink,
                       detail_clear(&fixture.detail));
    return &fixture;
}

/* A header block of exactly the limit passes, one byte more does not; however it is cut. */
static void limits_headers(void **state)
{
    static const size_t pieces[] = { 1, 2, 1000, 16384, 16385, 65536 };
    const size_t rest = sizeof("HTTP/1.1 404 No\r\nX: \r\n\r\n") - 1;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        for (size_t over = 0; over < 3; over++) {
            struct fixture *f = fixture_new();
            enum status st = feed_string(&f->response, "HTTP/1.1 404 No\r\nX: ");

            if (!st)
                st = feed_filler(&f->response, HTTP_HEADERS_MAX_BYTES - rest + over, pieces[i]);
            if (!st)
                st = feed_string(&f->response, "\r\n\r\n");
            /* The byte that ends the headers may be one beyond: then nothing is waited for. */
            assert_status(st, over < 2 ? STATUS_OK : STATUS_HTTP_HEADERS_TOO_LONG);
            if (over == 2)
                assert_detail_has(&f->detail, "headers of more than 16.0 KiB");
        }
    }
}

static void limits_what_is_between_bytes_of_body(void **state)
{
    static const char *const starts[] = {
        CHUNKED "1;",                 /* a chunk extension */
        CHUNKED "1\r\na\r\n0\r\nX: ", /* a trailer */
        "HTTP/1.1 100 ",              /* an endless reason phrase */
    };
    struct fixture *f;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(starts); i++) {
        f = fixture_new();
        assert_status(feed_string(&f->response, starts[i]), STATUS_OK);
        assert_status(feed_filler(&f->response, UINT64_C(1) << 40, 1000),
                      STATUS_HTTP_HEADERS_TOO_LONG);
    }
    /* informational responses without an end */
    f = fixture_new();
    for (int i = 0; i < 655; i++)
        assert_status(feed_string(&f->response, "HTTP/1.1 100 Continue\r\n\r\n"), STATUS_OK);
    assert_status(feed_string(&f->response, "HTTP/1.1 100 Continue\r\n\r\n"),
                  STATUS_HTTP_HEADERS_TOO_LONG);
    /* many chunks are no problem */
    f = fixture_new();
    assert_status(feed_string(&f->response, CHUNKED), STATUS_OK);
    for (int i = 0; i < 100000; i++)
        assert_status(feed_string(&f->response, "1;ext=12345\r\na\r\n"), STATUS_OK);
    assert_status(feed_string(&f->response, "0\r\n\r\n"), STATUS_OK);
    assert_true(f->response.complete);
    assert_int_equal(f->response.body_bytes, 100000);
}

#define GIB (UINT64_C(1) << 30)

static void counts_bodies_beyond_4_gib(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    assert_status(feed_string(&f->response, OK_LINE "Content-Length: 5368709120\r\n\r\n"),
                  STATUS_OK);
    assert_true(f->recorder.promised == 5 * GIB);
    assert_status(feed_filler(&f->response, 5 * GIB - 1, 64 * 1024), STATUS_OK);
    assert_false(f->response.complete);
    assert_status(feed_string(&f->response, "xy"), STATUS_OK);
    assert_true(f->response.complete);
    assert_true(f->recorder.bytes == 5 * GIB);
    assert_int_equal(f->recorder.finishes, 1);

    /* and in chunks, the first of which alone is beyond 32 bits */
    f = fixture_new();
    assert_status(feed_string(&f->response, CHUNKED "100000001\r\n"), STATUS_OK);
    assert_status(feed_filler(&f->response, 4 * GIB + 1, 64 * 1024), STATUS_OK);
    assert_status(feed_string(&f->response, "\r\n1\r\nx\r\n0\r\n\r\n"), STATUS_OK);
    assert_true(f->response.complete);
    assert_true(f->recorder.bytes == 4 * GIB + 2);
}

static void hands_on_what_the_sink_says(void **state)
{
    static const char answer[] = OK_LINE "Content-Length: 1\r\n\r\na";
    struct fixture *f;

    (void)state;
    f = fixture_new();
    f->recorder.begin_fails = STATUS_BLOB_TOO_LARGE;
    assert_status(feed_string(&f->response, answer), STATUS_BLOB_TOO_LARGE);
    assert_int_equal(f->recorder.bytes, 0);
    f = fixture_new();
    f->recorder.write_fails = STATUS_BLOB_SIZE;
    assert_status(feed_string(&f->response, answer), STATUS_BLOB_SIZE);
    assert_int_equal(f->recorder.finishes, 0);
    f = fixture_new();
    f->recorder.finish_fails = STATUS_BLOB_DIGEST;
    assert_status(feed_string(&f->response, answer), STATUS_BLOB_DIGEST);
    assert_false(f->response.complete);
    f = fixture_new();
    f->recorder.finish_fails = STATUS_BLOB_DIGEST;
    assert_status(feed_string(&f->response, OK_LINE "\r\na"), STATUS_OK);
    assert_status(http_response_end(&f->response), STATUS_BLOB_DIGEST);
    assert_status(http_response_end(&f->response), STATUS_BLOB_DIGEST);
    assert_detail(&f->detail, "");
}

static void keeps_reason_phrases_that_can_be_shown(void **state)
{
    static const struct {
        const char *phrase, *shown;
    } cases[] = {
        { "Not Found", "Not Found" },
        { "", "" },
        { "Nicht \xc3\xbc"
          "berall",
          "" },
        { "0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789" },
        { "01234567890123456789012345678901234567890", "" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        for (size_t piece = 1; piece < 100; piece += 98) {
            struct fixture *f = fixture_new();
            char memory[200];
            struct text answer = TEXT(memory);

            text_add(&answer, "HTTP/1.1 404 ");
            text_add(&answer, cases[i].phrase);
            text_add(&answer, "\r\n\r\n");
            for (size_t at = 0; at < answer.size; at += piece)
                assert_status(
                    http_response_feed(&f->response,
                                       bytes_first(bytes_from(text_bytes(&answer), at), piece)),
                    STATUS_OK);
            assert_int_equal(f->response.code, 404);
            assert_bytes((struct bytes){ (uint8_t *)f->response.reason, f->response.reason_bytes },
                         cases[i].shown);
        }
    }
}

static void notices_bad_locations(void **state)
{
    static const char start[] = "HTTP/1.1 302 Found\r\nLocation: ";
    struct fixture *f;

    (void)state;
    f = fixture_new();
    assert_status(feed_string(&f->response, start), STATUS_OK);
    assert_status(feed_filler(&f->response, URL_MAX_BYTES, 100), STATUS_OK);
    assert_status(feed_string(&f->response, "\r\n\r\n"), STATUS_OK);
    assert_int_equal(f->response.headers.location_bytes, URL_MAX_BYTES);
    assert_false(f->response.headers.location_bad);
    f = fixture_new();
    assert_status(feed_string(&f->response, start), STATUS_OK);
    assert_status(feed_filler(&f->response, URL_MAX_BYTES + 1, 100), STATUS_OK);
    assert_status(feed_string(&f->response, "\r\n\r\n"), STATUS_OK);
    assert_true(f->response.headers.location_bad);
    f = fixture_new();
    assert_status(
        feed_string(&f->response, "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n"),
        STATUS_OK);
    assert_true(f->response.headers.location_bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_headers),
        cmocka_unit_test(limits_what_is_between_bytes_of_body),
        cmocka_unit_test(counts_bodies_beyond_4_gib),
        cmocka_unit_test(hands_on_what_the_sink_says),
        cmocka_unit_test(keeps_reason_phrases_that_can_be_shown),
        cmocka_unit_test(notices_bad_locations),
    };

    return cmocka_run_group_tests_name("http-response-limits", tests, NULL, NULL);
}
