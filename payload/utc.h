/*
 * Points in time: whole seconds since 1970-01-01 00:00:00 UTC, without leap seconds, negative
 * before. Nothing here knows what time it is.
 */
#ifndef PAYLOAD_UTC_H
#define PAYLOAD_UTC_H

#include "bytes.h"
#include "text.h"

/* No time at all: a clock that could not be read. */
#define UTC_UNKNOWN INT64_MIN

/* A calendar date and time of day, in UTC. */
struct utc_fields {
    uint16_t year;  /* 1 to 9999 */
    uint8_t month;  /* 1 to 12 */
    uint8_t day;    /* 1 to the month's last */
    uint8_t hour;   /* 0 to 23 */
    uint8_t minute; /* 0 to 59 */
    uint8_t second; /* 0 to 59 */
};

/* UTC_UNKNOWN when a field (untrusted) is out of its range. */
int64_t utc_from_fields(struct utc_fields fields);

/*
 * "2026-11-23T08:05:35Z", exactly (RFC 3339 in UTC, whole seconds, capital letters), to
 * seconds. UTC_UNKNOWN when text (untrusted) is anything else.
 */
int64_t utc_parse(struct bytes text);

/* Adds "2026-11-23T08:05:35Z", or "an unknown time". */
void utc_add(struct text *text, int64_t utc_s);

#endif
