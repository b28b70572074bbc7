/* net/http-headers.h and net/http-date.h: what headers say, whichever way they were cut. */
#include "net/http-date.h"
#include "net/http-headers.h"
#include "support.h"

/* Lines of "Name: value", in pieces of a size. */
static void read_headers(struct http_headers *headers, const char *lines, size_t piece)
{
    http_headers_init(headers);
    while (*lines) {
        const char *colon = strchr(lines, ':');
        const char *end = strchr(lines, '\n');
        struct bytes name = { (const uint8_t *)lines, (size_t)(colon - lines) };
        struct bytes value = { (const uint8_t *)colon + 2, (size_t)(end - colon - 2) };

        for (size_t at = 0; at < name.size; at += piece)
            http_headers_name(headers, bytes_first(bytes_from(name, at), piece));
        http_headers_name_end(headers);
        for (size_t at = 0; at < value.size; at += piece)
            http_headers_value(headers, bytes_first(bytes_from(value, at), piece));
        http_headers_value_end(headers);
        lines = end + 1;
    }
}

#define DATE      "Date: Sun, 06 Nov 1994 08:49:37 GMT\n"
#define SECOND    "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT\n"
#define SAME      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\n"
#define LONG_ETAG "\"123456789012345678901234567890123456789012345678901234567890123\""
#define STRONG    "ETag: \"x\"\n"

static void finds_the_validator(void **state)
{
    static const struct {
        const char *lines, *validator;
    } cases[] = {
        { "", "" },
        { STRONG, "\"x\"" },
        { "etag: \"A b\" \t\n", "\"A b\"" },
        { "ETag: \"\"\n", "\"\"" },
        { "ETag: \"\n", "" },
        { "ETag: x\n", "" },
        { "ETag: W/\"x\"\n", "" },
        { "ETag: \"x\"\nETag: \"y\"\n", "" },
        { "ETag: " LONG_ETAG "\n", LONG_ETAG },
        { "ETag: " LONG_ETAG LONG_ETAG "\n", "" },
        /* A weak ETag says that the date cannot be relied on either. */
        { DATE SECOND "ETag: W/\"x\"\n", "" },
        { DATE SECOND STRONG, "\"x\"" },
        { DATE SECOND, "Sun, 06 Nov 1994 08:49:36 GMT" },
        { SECOND DATE, "Sun, 06 Nov 1994 08:49:36 GMT" },
        { DATE SAME, "" },
        { SECOND, "" },
        { "Date: now\n" SECOND, "" },
        { DATE "Last-Modified: yesterday\n", "" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        for (size_t piece = 1; piece < 200; piece += 33) {
            struct http_headers headers;
            struct http_validator validator;

            read_headers(&headers, cases[i].lines, piece);
            validator = http_headers_validator(&headers);
            assert_bytes(http_validator_bytes(&validator), cases[i].validator);
        }
}

static void finds_when_to_come_again(void **state)
{
    static const struct {
        const char *lines;
        bool there;
        uint64_t seconds;
    } cases[] = {
        { "", false, 0 },
        { "Retry-After: 120\n", true, 120 },
        { "retry-after: 0\n", true, 0 },
        { "Retry-After: 9999999999\n", true, 9999999999 },
        { "Retry-After: 99999999999\n", false, 0 },
        { "Retry-After: -1\n", false, 0 },
        { "Retry-After: soon\n", false, 0 },
        { "Retry-After: \n", false, 0 },
        { DATE "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\n", true, 30 },
        { "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\n" DATE, true, 30 },
        { DATE "Retry-After: Sun, 06 Nov 1994 08:49:00 GMT\n", true, 0 },
        { "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\n", true, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_headers headers;

        read_headers(&headers, cases[i].lines, 7);
        assert_int_equal(headers.retry_after, cases[i].there);
        if (cases[i].there)
            assert_true(http_headers_retry_seconds(&headers) == cases[i].seconds);
    }
}

static void reads_dates(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } cases[] = {
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Tue, 29 Feb 2000 23:59:59 GMT", 951868799 },
        { "Wed, 01 Mar 2000 00:00:00 GMT", 951868800 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
        { "Mon, 23 Nov 2026 08:00:00 GMT", 1795420800 },
        { "Thu, 01 Mar 2100 00:00:00 GMT", 4107542400 },
        { "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
    };
    static const char *const bad[] = {
        "",
        "0",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 2001 08:49:37 GMT",
        "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:3x GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
    };
    uint64_t seconds;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_true(http_date_read(bytes_of_string(cases[i].text), &seconds));
        assert_true(seconds == cases[i].seconds);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(http_date_read(bytes_of_string(bad[i]), &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_validator),
        cmocka_unit_test(finds_when_to_come_again),
        cmocka_unit_test(reads_dates),
    };

    return cmocka_run_group_tests_name("http-headers", tests, NULL, NULL);
}
