#include "utc.h"

#define SECONDS_PER_DAY 86400
/* Days from 0000-03-01 to 1970-01-01, in the Gregorian calendar carried backwards. */
#define DAYS_TO_1970 719468
/* Four centuries, after which the calendar repeats itself. */
#define DAYS_PER_ERA  146097
#define YEARS_PER_ERA 400

static bool is_leap_year(unsigned int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned int days_of_month(unsigned int year, unsigned int month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* With years that begin in March the leap day is a year's last, and months follow a pattern. */
static unsigned int days_before_month(unsigned int months_since_march)
{
    return (153 * months_since_march + 2) / 5;
}

int64_t utc_from_fields(struct utc_fields fields)
{
    unsigned int year = fields.year, month = fields.month, era, year_of_era;
    int64_t days;

    if (year < 1 || year > 9999 || month < 1 || month > 12 || fields.day < 1 ||
        fields.day > days_of_month(year, month) || fields.hour > 23 || fields.minute > 59 ||
        fields.second > 59)
        return UTC_UNKNOWN;

    if (month <= 2)
        year--;
    era = year / YEARS_PER_ERA;
    year_of_era = year % YEARS_PER_ERA;
    days = (int64_t)era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           days_before_month((month + 9) % 12) + fields.day - 1 - DAYS_TO_1970;
    return days * SECONDS_PER_DAY + fields.hour * 3600 + fields.minute * 60 + fields.second;
}

/* utc_s: of utc_from_fields. */
static struct utc_fields to_fields(int64_t utc_s)
{
    /* Counted from the year 0, so that nothing below is negative. */
    uint64_t seconds = (uint64_t)(utc_s + (int64_t)DAYS_TO_1970 * SECONDS_PER_DAY);
    uint32_t days = (uint32_t)(seconds / SECONDS_PER_DAY);
    uint32_t of_day = (uint32_t)(seconds % SECONDS_PER_DAY);
    uint32_t of_era = days % DAYS_PER_ERA;
    /* Leap days taken out, an era has years of 365 days. */
    uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t months_since_march = (5 * of_year + 2) / 153;
    uint32_t month = (months_since_march + 2) % 12 + 1;
    uint32_t year = days / DAYS_PER_ERA * YEARS_PER_ERA + year_of_era + (month <= 2 ? 1 : 0);

    return (struct utc_fields){
        .year = (uint16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)(of_year - days_before_month(months_since_march) + 1),
        .hour = (uint8_t)(of_day / 3600),
        .minute = (uint8_t)(of_day / 60 % 60),
        .second = (uint8_t)(of_day % 60),
    };
}

/* -1 when there is anything but digits. */
static int take_number(struct bytes text, size_t offset, size_t digits)
{
    uint64_t number;

    if (!bytes_read_decimal(bytes_first(bytes_from(text, offset), digits), UINT16_MAX, &number))
        return -1;
    return (int)number;
}

int64_t utc_parse(struct bytes text)
{
    static const char form[] = "....-..-..T..:..:..Z";
    int year, month, day, hour, minute, second;

    if (text.size != sizeof(form) - 1)
        return UTC_UNKNOWN;
    for (size_t i = 0; i < text.size; i++)
        if (form[i] != '.' && text.data[i] != form[i])
            return UTC_UNKNOWN;

    year = take_number(text, 0, 4);
    month = take_number(text, 5, 2);
    day = take_number(text, 8, 2);
    hour = take_number(text, 11, 2);
    minute = take_number(text, 14, 2);
    second = take_number(text, 17, 2);
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0)
        return UTC_UNKNOWN;
    return utc_from_fields((struct utc_fields){
        .year = (uint16_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)day,
        .hour = (uint8_t)hour,
        .minute = (uint8_t)minute,
        .second = (uint8_t)second,
    });
}

static void add_padded(struct text *text, const char *before, unsigned int number,
                       unsigned int digits)
{
    unsigned int limit = 10;

    text_add(text, before);
    for (unsigned int i = 1; i < digits; i++, limit *= 10)
        if (number < limit)
            text_add(text, "0");
    text_add_u64(text, number);
}

void utc_add(struct text *text, int64_t utc_s)
{
    static const struct utc_fields first = { 1, 1, 1, 0, 0, 0 };
    static const struct utc_fields last = { 9999, 12, 31, 23, 59, 59 };
    struct utc_fields fields;

    if (utc_s < utc_from_fields(first) || utc_s > utc_from_fields(last)) {
        text_add(text, "an unknown time");
        return;
    }
    fields = to_fields(utc_s);
    add_padded(text, "", fields.year, 4);
    add_padded(text, "-", fields.month, 2);
    add_padded(text, "-", fields.day, 2);
    add_padded(text, "T", fields.hour, 2);
    add_padded(text, ":", fields.minute, 2);
    add_padded(text, ":", fields.second, 2);
    text_add(text, "Z");
}
