#include "http-date.h"

#define DATE_BYTES (sizeof("Sun, 06 Nov 1994 08:49:37 GMT") - 1)

static bool is_leap_year(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t days_of_month(uint32_t month, uint32_t year)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 1 && is_leap_year(year) ? 29u : days[month];
}

static bool read_number(struct bytes text, size_t at, size_t digits, uint32_t *ret_number)
{
    uint64_t number;

    if (!bytes_read_decimal(bytes_first(bytes_from(text, at), digits), UINT32_MAX, &number))
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

/* From 0. */
static bool read_month(struct bytes text, size_t at, uint32_t *ret_month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (uint32_t month = 0; month < 12; month++) {
        if (memcmp(text.data + at, names + month * 3, 3) != 0)
            continue;
        *ret_month = month;
        return true;
    }
    return false;
}

static uint64_t days_before_year(uint32_t year)
{
    uint64_t past = year - 1;

    return past * 365 + past / 4 - past / 100 + past / 400;
}

/* Whether everything that is not a number stands where it must; the day's name is not looked at. */
static bool has_shape(struct bytes text)
{
    static const char shape[] = "???, ?? ??? ???? ??:??:?? GMT";

    if (text.size != DATE_BYTES)
        return false;
    for (size_t i = 0; i < DATE_BYTES; i++)
        if (shape[i] != '?' && text.data[i] != (uint8_t)shape[i])
            return false;
    return true;
}

bool http_date_read(struct bytes text, uint64_t *ret_seconds)
{
    uint32_t day, month, year, hour, minute, second;
    uint64_t days;

    if (!has_shape(text) || !read_number(text, 5, 2, &day) || !read_month(text, 8, &month) ||
        !read_number(text, 12, 4, &year) || !read_number(text, 17, 2, &hour) ||
        !read_number(text, 20, 2, &minute) || !read_number(text, 23, 2, &second))
        return false;
    /* 60: a leap second. */
    if (year < 1970 || day < 1 || day > days_of_month(month, year) || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    days = days_before_year(year) - days_before_year(1970) + day - 1;
    for (uint32_t i = 0; i < month; i++)
        days += days_of_month(i, year);
    *ret_seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}
