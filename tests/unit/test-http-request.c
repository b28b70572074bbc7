#include "net/http-request.h"
#include "support.h"

#define REST "User-Agent: pivotboot\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"

static void writes_requests(void **state)
{
    static const struct {
        const char *url, *if_range;
        struct http_range range;
        const char *request;
    } cases[] = {
        { "http://boot/x?y", "", { 0, 0 }, "GET /x?y HTTP/1.1\r\nHost: boot\r\n" REST "\r\n" },
        { "http://boot:8080",
          "",
          { 0, 10 },
          "GET / HTTP/1.1\r\nHost: boot:8080\r\n" REST "Range: bytes=0-9\r\n\r\n" },
        { "http://10.0.0.1/x",
          "\"v1\"",
          { 5, 1 },
          "GET /x HTTP/1.1\r\nHost: 10.0.0.1\r\n" REST
          "Range: bytes=5-5\r\nIf-Range: \"v1\"\r\n\r\n" },
        { "http://boot/x",
          "",
          { 5000000000, HTTP_RANGE_TO_END },
          "GET /x HTTP/1.1\r\nHost: boot\r\n" REST "Range: bytes=5000000000-\r\n\r\n" },
        /* Without a range, a validator would ask for nothing. */
        { "http://boot/x", "\"v1\"", { 0, 0 }, "GET /x HTTP/1.1\r\nHost: boot\r\n" REST "\r\n" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char memory[HTTP_REQUEST_MAX_BYTES];
        struct text request = TEXT(memory);
        struct detail detail;
        struct url url;

        assert_status(url_parse(bytes_of_string(cases[i].url), detail_clear(&detail), &url),
                      STATUS_OK);
        http_request_write(&url, cases[i].range, bytes_of_string(cases[i].if_range), &request);
        assert_bytes(text_bytes(&request), cases[i].request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_requests),
    };

    return cmocka_run_group_tests_name("http-request", tests, NULL, NULL);
}
