/* Whole answers, good and bad, cut anywhere. */
#include "response-recorder.h"

struct expectation {
    struct bytes answer;
    enum status status;
    unsigned int code; /* only looked at when status is STATUS_OK */
    const char *body;  /* what the sink gets; NULL: it is not asked */
    uint64_t size;     /* what the sink was promised; 0: no 200, no begin */
    const char *more;  /* Location; or, when status is not STATUS_OK, part of the detail */
};

#define UNKNOWN SINK_SIZE_UNKNOWN

/* Feeds the answer cut at two places, and then ends the connection. */
static void assert_answer(const struct expectation *expected, struct http_range wanted, size_t cut1,
                          size_t cut2, size_t piece)
{
    static struct http_response response;
    struct recorder recorder;
    struct detail detail;
    enum status st = STATUS_OK;
    size_t at = 0;

    recorder_init(&recorder);
    http_response_init(&response, wanted, &recorder.sink, detail_clear(&detail));
    while (!st && at < expected->answer.size) {
        size_t end = at < cut1 ? cut1 : at < cut2 ? cut2 : at + piece;
        struct buffer copy = exact_copy(
            bytes_first(bytes_from(expected->answer, at),
                        (end < expected->answer.size ? end : expected->answer.size) - at));

        st = http_response_feed(&response, buffer_bytes(copy));
        at += copy.size;
        free(copy.data);
    }
    if (!st)
        st = http_response_end(&response);
    assert_status(st, expected->status);
    if (st) {
        assert_detail_has(&detail, expected->more);
        /* It stays that way. */
        assert_status(http_response_feed(&response, BYTES("HTTP/1.1 200 OK\r\n\r\n")), st);
        assert_status(http_response_end(&response), st);
        assert_int_equal(recorder.finishes, 0);
        return;
    }
    assert_detail(&detail, "");
    assert_true(response.complete);
    assert_int_equal(response.code, expected->code);
    assert_bytes(
        (struct bytes){ (uint8_t *)response.headers.location, response.headers.location_bytes },
        expected->more ? expected->more : "");
    assert_int_equal(recorder.begins, expected->body != NULL);
    assert_int_equal(recorder.finishes, expected->body != NULL);
    if (!expected->body)
        return;
    assert_true(recorder.promised == expected->size);
    assert_bytes(text_bytes(&recorder.text), expected->body);
    assert_true(response.body_bytes == recorder.bytes);
}

static void assert_answer_however_cut(const struct expectation *expected, struct http_range wanted)
{
    size_t size = expected->answer.size;

    assert_answer(expected, wanted, 0, 0, SIZE_MAX / 2);
    assert_answer(expected, wanted, 0, 0, 1);
    for (size_t cut = 1; cut < size; cut++)
        assert_answer(expected, wanted, cut, cut, SIZE_MAX / 2);
    for (size_t cut = 1; cut + 1 < size; cut += 7)
        assert_answer(expected, wanted, cut, cut + 1, 5);
}

#define EVERYTHING ((struct http_range){ 0, 0 })
#define PART       "HTTP/1.1 206 Partial Content\r\n"
#define FIRST \
    {         \
        0, 5  \
    }
#define LATER  \
    {          \
        100, 5 \
    }

static void tells_the_size_of_the_file(void **state)
{
    static const struct {
        struct bytes answer;
        struct http_range wanted;
        uint64_t file_bytes;
    } cases[] = {
        { BYTES(OK_LINE "Content-Length: 5\r\n\r\nhello"), EVERYTHING, 5 },
        { BYTES(OK_LINE "Content-Length: 5000000000\r\n\r\nhello"), FIRST, 5000000000 },
        { BYTES(CHUNKED "5\r\nhello\r\n0\r\n\r\n"), EVERYTHING, UNKNOWN },
        { BYTES(PART "Content-Range: bytes 0-4/5000000000\r\nContent-Length: 5\r\n\r\nhello"),
          FIRST, 5000000000 },
        { BYTES(PART "Content-Range: bytes 0-4/*\r\nContent-Length: 5\r\n\r\nhello"), FIRST,
          UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        static struct http_response response;
        struct recorder recorder;
        struct detail detail;

        recorder_init(&recorder);
        http_response_init(&response, cases[i].wanted, &recorder.sink, detail_clear(&detail));
        assert_status(http_response_feed(&response, cases[i].answer), STATUS_OK);
        assert_true(response.complete);
        assert_true(http_response_file_bytes(&response) == cases[i].file_bytes);
    }
}

static void reads_ranges(void **state)
{
    static const struct {
        struct expectation answer;
        struct http_range wanted;
    } cases[] = {
        { { BYTES(PART "Content-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello"), STATUS_OK,
            206, "hello", 5, NULL },
          FIRST },
        { { BYTES(PART "Content-Range: bytes 100-104/*\r\nContent-Length: 5\r\n\r\nhello"),
            STATUS_OK, 206, "hello", 5, NULL },
          LATER },
        /* The file ends before the range does. */
        { { BYTES(PART "Content-Range: Bytes 100-101/102\r\nContent-Length: 2\r\n\r\nhe"),
            STATUS_OK, 206, "he", 2, NULL },
          LATER },
        { { BYTES(PART "Content-Range: bytes 0-4/9\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "5\r\nhello\r\n0\r\n\r\n"),
            STATUS_OK, 206, "hello", UNKNOWN, NULL },
          FIRST },
        /* A server without ranges sends everything: enough is enough. */
        { { BYTES(OK_LINE "Content-Length: 9\r\n\r\nhello you"), STATUS_OK, 200, "hello", 5, NULL },
          FIRST },
        { { BYTES(OK_LINE "Content-Length: 2\r\n\r\nhe"), STATUS_OK, 200, "he", 2, NULL }, FIRST },
        { { BYTES(CHUNKED "3\r\nhel\r\n6\r\nlo you\r\n0\r\n\r\n"), STATUS_OK, 200, "hello", UNKNOWN,
            NULL },
          FIRST },
        /* Not what was asked for. */
        { { BYTES(OK_LINE "Content-Length: 9\r\n\r\nhello you"), STATUS_HTTP_RANGE, 0, NULL, 0,
            "ignores ranges" },
          LATER },
        { { BYTES(PART "Content-Range: bytes 99-103/200\r\n\r\nhello"), STATUS_HTTP_RANGE, 0, NULL,
            0, "those from 99 to 103" },
          LATER },
        { { BYTES(PART "Content-Range: bytes 100-105/200\r\n\r\nhello"), STATUS_HTTP_RANGE, 0, NULL,
            0, "those from 100 to 105" },
          LATER },
        { { BYTES(PART "Content-Range: bytes 0-4/9\r\nContent-Length: 6\r\n\r\nhello!"),
            STATUS_HTTP_RANGE, 0, NULL, 0, "those from 0 to 4" },
          FIRST },
        { { BYTES(PART "Content-Length: 5\r\n\r\nhello"), STATUS_HTTP_RANGE, 0, NULL, 0,
            "no valid Content-Range" },
          FIRST },
        { { BYTES(PART "Content-Range: lines 0-4/9\r\n\r\nhello"), STATUS_HTTP_RANGE, 0, NULL, 0,
            "no valid Content-Range" },
          FIRST },
        { { BYTES(PART "Content-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhell"),
            STATUS_HTTP_TRUNCATED, 0, NULL, 0, "expected 5 bytes, found 4" },
          FIRST },
        /* Nobody asked for a part. */
        { { BYTES(PART "Content-Range: bytes 0-4/9\r\nContent-Length: 5\r\n\r\nhello"), STATUS_OK,
            206, NULL, 0, NULL },
          { 0, 0 } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_answer_however_cut(&cases[i].answer, cases[i].wanted);
}

static void reads_answers(void **state)
{
    static const struct expectation cases[] = {
        /* a length, no length, chunks */
        { BYTES(OK_LINE "Content-Length: 5\r\n\r\nhello"), STATUS_OK, 200, "hello", 5, NULL },
        { BYTES(OK_LINE "content-LENGTH:5\r\n\r\nhello"), STATUS_OK, 200, "hello", 5, NULL },
        { BYTES(OK_LINE "Content-Length: \t 5 \t\r\n\r\nhello"), STATUS_OK, 200, "hello", 5, NULL },
        { BYTES(OK_LINE "Content-Length: 005\r\n\r\nhello"), STATUS_OK, 200, "hello", 5, NULL },
        { BYTES(OK_LINE "Content-Length: 0\r\n\r\n"), STATUS_OK, 200, "", 0, NULL },
        { BYTES("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"), STATUS_OK, 200, "hello", 5,
          NULL },
        { BYTES(OK_LINE "\r\nhello"), STATUS_OK, 200, "hello", UNKNOWN, NULL },
        { BYTES(OK_LINE "\r\n"), STATUS_OK, 200, "", UNKNOWN, NULL },
        { BYTES("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nHTTP/1.1 200"), STATUS_OK, 200, "HTTP/1.1 200",
          UNKNOWN, NULL },
        { BYTES(CHUNKED "5\r\nhello\r\n0\r\n\r\n"), STATUS_OK, 200, "hello", UNKNOWN, NULL },
        { BYTES(CHUNKED "0\r\n\r\n"), STATUS_OK, 200, "", UNKNOWN, NULL },
        { BYTES(CHUNKED "1\r\nh\r\n0004\r\nello\r\nA\r\n0123456789\r\n000\r\n\r\n"), STATUS_OK, 200,
          "hello0123456789", UNKNOWN, NULL },
        { BYTES(CHUNKED
                "5;name=value\r\nhello\r\n0;x\r\nTrailer: a\r\nContent-Encoding: gzip\r\n\r\n"),
          STATUS_OK, 200, "hello", UNKNOWN, NULL },
        { BYTES(OK_LINE "transfer-encoding:  CHUNKED \r\n\r\n5\r\nhello\r\n0\r\n\r\n"), STATUS_OK,
          200, "hello", UNKNOWN, NULL },
        { BYTES(OK_LINE "Content-Encoding: Identity\r\nContent-Length: 5\r\n\r\nhello"), STATUS_OK,
          200, "hello", 5, NULL },
        /* what comes behind the end is ignored */
        { BYTES(OK_LINE "Content-Length: 5\r\n\r\nhello, and more\r\n\0"), STATUS_OK, 200, "hello",
          5, NULL },
        { BYTES(CHUNKED "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"), STATUS_OK, 200,
          "hello", UNKNOWN, NULL },
        { BYTES(OK_LINE "Connection: close\r\nContent-Length: 1\r\n\r\nab"), STATUS_OK, 200, "a", 1,
          NULL },
        /* reason phrases, headers of no interest */
        { BYTES("HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na"), STATUS_OK, 200, "a", 1, NULL },
        { BYTES("HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na"), STATUS_OK, 200, "a", 1, NULL },
        { BYTES("HTTP/1.1 200 Tr\xc3\xa8s bien\r\nContent-Length: 1\r\n\r\na"), STATUS_OK, 200, "a",
          1, NULL },
        { BYTES(OK_LINE "X:\r\nY: a:b\r\nLocation: /not/of/interest\r\nContent-Length: 1\r\n\r\na"),
          STATUS_OK, 200, "a", 1, "/not/of/interest" },
        { BYTES(OK_LINE "A-very-long-header-name-that-is-longer-than-what-we-keep: 1\r\n"
                        "Content-Length: 1\r\n\r\na"),
          STATUS_OK, 200, "a", 1, NULL },
        /* other codes: the headers are all that is needed */
        { BYTES("HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\noops"), STATUS_OK, 404, NULL,
          0, NULL },
        { BYTES(
              "HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nTransfer-Encoding: gzip, chunked"
              "\r\n\r\n"),
          STATUS_OK, 404, NULL, 0, NULL },
        { BYTES("HTTP/1.1 204 No Content\r\n\r\n"), STATUS_OK, 204, NULL, 0, NULL },
        { BYTES("HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\na"), STATUS_OK, 206, NULL,
          0, NULL },
        { BYTES("HTTP/1.1 999 ?\r\n\r\n"), STATUS_OK, 999, NULL, 0, NULL },
        { BYTES("HTTP/1.1 302 Found\r\nLocation: http://boot/a b\r\n\r\n"), STATUS_OK, 302, NULL, 0,
          "http://boot/a b" },
        { BYTES("HTTP/1.1 301 Moved\r\nLOCATION:   ../x\r\nContent-Length: 0\r\n\r\n"), STATUS_OK,
          301, NULL, 0, "../x" },
        { BYTES("HTTP/1.1 302 Found\r\nLocation:\r\n\r\n"), STATUS_OK, 302, NULL, 0, NULL },
        /* informational responses, and what they say of what follows (nothing) */
        { BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK_LINE "Content-Length: 5\r\n\r\nhello"),
          STATUS_OK, 200, "hello", 5, NULL },
        { BYTES("HTTP/1.1 103 Early Hints\r\nLocation: /x\r\nContent-Encoding: gzip\r\n\r\n"
                "HTTP/1.1 102 Processing\r\n\r\n" OK_LINE "Content-Length: 1\r\n\r\na"),
          STATUS_OK, 200, "a", 1, NULL },
        { BYTES("HTTP/1.1 199 What\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"), STATUS_OK, 404, NULL, 0,
          NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_answer_however_cut(&cases[i], EVERYTHING);
}

static void refuses_answers(void **state)
{
    static const struct expectation cases[] = {
        /* no HTTP */
        { BYTES("SSH-2.0-OpenSSH_9.2\r\n"), STATUS_HTTP_MALFORMED,
          .more = "not HTTP; the answer begins with 'S" },
        { BYTES("<html><body>"), STATUS_HTTP_MALFORMED, .more = "begins with '<" },
        { BYTES("\x16\x03\x01\x02"), STATUS_HTTP_MALFORMED, .more = "begins with '\\x16" },
        { BYTES("\0\0\0\0"), STATUS_HTTP_MALFORMED, .more = "begins with '\\x00" },
        { BYTES("HTTP"), STATUS_HTTP_TRUNCATED, .more = "before the headers did" },
        { BYTES("GET / HTTP/1.1\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "begins with 'G" },
        { BYTES("RTSP/1.0 200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "not HTTP" },
        { BYTES("ICE/1.0 200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "not HTTP" },
        /* the status line */
        { BYTES("HTTP/2.0 200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/2.0" },
        { BYTES("HTTP/0.9 200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/0.9" },
        { BYTES("HTTP/1.2 200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1." },
        { BYTES("HTTP/1.1 20 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1.1 20" },
        { BYTES("HTTP/1.1 2000 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1.1 200" },
        { BYTES("HTTP/1.1 -20 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1.1 -" },
        { BYTES("HTTP/1.1 099 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1.1 099" },
        { BYTES("HTTP/1.1  200 OK\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "HTTP/1.1 " },
        { BYTES("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
          STATUS_HTTP_MALFORMED, .more = "switches to another protocol" },
        { BYTES("HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "informational response has a body" },
        /* headers */
        { BYTES(OK_LINE "X: a\r\n b\r\n\r\n"), STATUS_HTTP_MALFORMED,
          .more = "begins with 'HTTP/1.1 200 OK" },
        { BYTES(OK_LINE " X: a\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X : a\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "no colon\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE ": a\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X: a\0b\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X\0: a\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X: a\rb\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X: a\nY: b\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(OK_LINE "X: a"), STATUS_HTTP_TRUNCATED, .more = "before the headers did" },
        { BYTES(OK_LINE "Content-Length: 5\r\n"), STATUS_HTTP_TRUNCATED,
          .more = "before the headers did" },
        { BYTES("HTTP/1.1 100 Continue\r\n\r\n"), STATUS_HTTP_TRUNCATED,
          .more = "before the headers did" },
        /* lengths that contradict themselves or do not fit */
        { BYTES(OK_LINE "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
          STATUS_HTTP_MALFORMED, .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
          STATUS_HTTP_MALFORMED, .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 5, 5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: -5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: +5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 0x5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 5 5\r\n\r\nhello"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length:\r\n\r\n"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 18446744073709551616\r\n\r\n"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE "Content-Length: 99999999999999999999999\r\n\r\n"), STATUS_HTTP_MALFORMED,
          .more = "Content-Length" },
        { BYTES(OK_LINE
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
          STATUS_HTTP_MALFORMED, .more = "Content-Length" },
        { BYTES(OK_LINE
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
          STATUS_HTTP_MALFORMED, .more = "Content-Length" },
        /* encodings */
        { BYTES(OK_LINE "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        { BYTES(OK_LINE "Content-Encoding: identity, gzip\r\n\r\nhello"), STATUS_HTTP_ENCODING,
          .more = "encoded" },
        { BYTES(OK_LINE "Content-Encoding: identity\r\nContent-Encoding: zstd\r\n\r\nhello"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        { BYTES(OK_LINE "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"), STATUS_HTTP_ENCODING,
          .more = "encoded" },
        { BYTES(OK_LINE "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        { BYTES(OK_LINE
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        { BYTES(OK_LINE
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        { BYTES(OK_LINE "Transfer-Encoding: gzip\r\n\r\nhello"), STATUS_HTTP_ENCODING,
          .more = "encoded" },
        { BYTES(OK_LINE "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), STATUS_HTTP_ENCODING,
          .more = "encoded" },
        { BYTES(OK_LINE "Transfer-Encoding: something-with-a-long-name-that-is-cut, "
                        "chunked\r\n\r\n0\r\n\r\n"),
          STATUS_HTTP_ENCODING, .more = "encoded" },
        /* chunks */
        { BYTES(CHUNKED "x\r\n"), STATUS_HTTP_MALFORMED, .more = "chunk size" },
        { BYTES(CHUNKED "\r\n"), STATUS_HTTP_MALFORMED, .more = "chunk size" },
        { BYTES(CHUNKED "-1\r\n"), STATUS_HTTP_MALFORMED, .more = "chunk size" },
        { BYTES(CHUNKED "0x5\r\nhello\r\n0\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "chunk size" },
        { BYTES(CHUNKED "5 \r\nhello\r\n0\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "chunk size" },
        { BYTES(CHUNKED "10000000000000000\r\n"), STATUS_HTTP_MALFORMED, .more = "hunk size" },
        { BYTES(CHUNKED "5\nhello\r\n0\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(CHUNKED "5\r\nhello0\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        { BYTES(CHUNKED "5\r\nhello, \r\n0\r\n\r\n"), STATUS_HTTP_MALFORMED, .more = "" },
        /* bodies that end too early */
        { { NULL, 0 }, STATUS_HTTP_TRUNCATED, .more = "without an answer" },
        { BYTES(OK_LINE "Content-Length: 6\r\n\r\nhello"), STATUS_HTTP_TRUNCATED,
          .more = "expected 6 bytes, found 5" },
        { BYTES(OK_LINE "Content-Length: 18446744073709551614\r\n\r\nhello"), STATUS_HTTP_TRUNCATED,
          .more = "expected 18446744073709551614 bytes, found 5" },
        { BYTES(CHUNKED), STATUS_HTTP_TRUNCATED,
          .more = "found the end of the connection after 0 bytes" },
        { BYTES(CHUNKED "5\r\nhel"), STATUS_HTTP_TRUNCATED, .more = "after 3 bytes" },
        { BYTES(CHUNKED "5\r\nhello\r\n"), STATUS_HTTP_TRUNCATED, .more = "after 5 bytes" },
        { BYTES(CHUNKED "5\r\nhello\r\n0\r\n"), STATUS_HTTP_TRUNCATED, .more = "after 5 bytes" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_answer_however_cut(&cases[i], EVERYTHING);
}

/* Every beginning of a good answer is either a truncated one or, by chance, a good one. */
static void notices_truncation_anywhere(void **state)
{
    static const struct bytes answers[] = {
        BYTES(OK_LINE "Server: x\r\nContent-Length: 5\r\n\r\nhello"),
        BYTES(CHUNKED "5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
        BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK_LINE "Content-Length: 1\r\n\r\na"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
        for (size_t size = 0; size < answers[i].size; size++)
            assert_answer(&(struct expectation){ bytes_first(answers[i], size),
                                                 STATUS_HTTP_TRUNCATED, .more = "" },
                          EVERYTHING, 0, 0, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(tells_the_size_of_the_file),
        cmocka_unit_test(refuses_answers),
        cmocka_unit_test(notices_truncation_anywhere),
    };

    return cmocka_run_group_tests_name("http-response", tests, NULL, NULL);
}
