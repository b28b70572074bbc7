#include <time.h>

#include "payload/utc.h"
#include "support.h"

static void check_text(int64_t utc_s, const char *expected)
{
    char memory[40];
    struct text text = TEXT(memory);

    utc_add(&text, utc_s);
    assert_bytes(text_bytes(&text), expected);
}

static void check_both(const char *string, int64_t utc_s)
{
    assert_int_equal(utc_parse(bytes_of_string(string)), utc_s);
    check_text(utc_s, string);
}

static void test_known_times(void **state)
{
    (void)state;
    check_both("1970-01-01T00:00:00Z", 0);
    check_both("1969-12-31T23:59:59Z", -1);
    check_both("2000-02-29T12:34:56Z", 951827696);
    check_both("2026-11-23T08:05:35Z", 1795421135);
    check_both("2038-01-19T03:14:08Z", INT64_C(2147483648));
    check_both("1950-01-01T00:00:00Z", -631152000);
    check_both("0001-01-01T00:00:00Z", INT64_C(-62135596800));
    check_both("9999-12-31T23:59:59Z", INT64_C(253402300799));
}

/* The C library knows the calendar as well. */
static void test_against_the_c_library(void **state)
{
    (void)state;
    for (int64_t utc_s = -62135596800; utc_s <= 253402300799; utc_s += INT64_C(86400) * 61 + 7919) {
        char expected[40], found[40] = "";
        struct text text = TEXT(found);
        time_t time = (time_t)utc_s;
        struct tm fields;

        assert_non_null(gmtime_r(&time, &fields));
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour,
                 fields.tm_min, fields.tm_sec);
        utc_add(&text, utc_s);
        assert_bytes(text_bytes(&text), expected);
        assert_int_equal(utc_parse(bytes_of_string(expected)), utc_s);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2026-11-23",
        "2026-11-23T08:05:35",
        "2026-11-23T08:05:35z",
        "2026-11-23 08:05:35Z",
        "2026-11-23T08:05:35.0Z",
        "2026-11-23T08:05:35+00:00",
        "2026-11-23T24:00:00Z",
        "2026-11-23T08:60:00Z",
        "2026-11-23T08:05:60Z",
        "2026-00-23T08:05:35Z",
        "2026-13-23T08:05:35Z",
        "2026-11-00T08:05:35Z",
        "2026-11-31T08:05:35Z",
        "2026-02-29T08:05:35Z",
        "2100-02-29T08:05:35Z",
        "0000-01-01T00:00:00Z",
        "-026-11-23T08:05:35Z",
        "2026-1 -23T08:05:35Z",
        "2026-11-23T08:05:35ZZ",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        if (utc_parse(bytes_of_string(texts[i])) != UTC_UNKNOWN)
            fail_msg("'%s' was taken", texts[i]);
}

static void test_beyond_the_calendar(void **state)
{
    (void)state;
    check_text(UTC_UNKNOWN, "an unknown time");
    check_text(INT64_MAX, "an unknown time");
    check_text(INT64_C(253402300800), "an unknown time");
    check_text(INT64_C(-62135596801), "an unknown time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_times),
        cmocka_unit_test(test_against_the_c_library),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_beyond_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
