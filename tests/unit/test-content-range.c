#include "net/content-range.h"

#include "support.h"

static void reads_ranges(void **state)
{
    static const struct {
        const char *value;
        struct content_range range;
    } cases[] = {
        { "bytes 0-0/1", { 0, 0, 1 } },
        { "bytes 0-499/1234", { 0, 499, 1234 } },
        { "bytes 500-1233/*", { 500, 1233, UINT64_MAX } },
        { "bytes 4294967296-8589934591/8589934592", { 4294967296, 8589934591, 8589934592 } },
        { "bytes 18446744073709551613-18446744073709551613/18446744073709551614",
          { UINT64_MAX - 2, UINT64_MAX - 2, UINT64_MAX - 1 } },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct content_range range;

        assert_true(content_range_read(bytes_of_string(cases[i].value), &range));
        assert_true(range.first_byte == cases[i].range.first_byte);
        assert_true(range.last_byte == cases[i].range.last_byte);
        assert_true(range.complete_bytes == cases[i].range.complete_bytes);
    }
}

static void refuses_everything_else(void **state)
{
    static const char *const cases[] = {
        "",
        "bytes",
        "bytes */5",
        "bytes 0-4",
        "bytes 0-4/",
        "bytes -4/9",
        "bytes 0-/9",
        "bytes 5-4/9",
        "bytes 0-9/9",
        "bytes 0-4/9 ",
        "lines 0-4/9",
        "bytes 0-4/9x",
        "bytes 0x0-4/9",
        "bytes +0-4/9",
        "bytes  0-4/9",
        "bytes 0-4/18446744073709551616",
        "bytes 18446744073709551616-4/9",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct content_range range = { 1, 2, 3 };

        assert_false(content_range_read(bytes_of_string(cases[i]), &range));
        assert_true(range.first_byte == 1 && range.last_byte == 2 && range.complete_bytes == 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(refuses_everything_else),
    };

    return cmocka_run_group_tests_name("content-range", tests, NULL, NULL);
}
