#include "calendar.h"

#include "../payload/utc.h"

/* A day: UEFI 2.10 section 8.3 allows TimeZone -1440 to 1440. */
#define TIME_ZONE_MAX_MINUTES 1440

int64_t calendar_utc_s(EFI_RUNTIME_SERVICES *services)
{
    EFI_TIME time;
    struct utc_fields fields;
    int64_t utc_s;

    if (services->GetTime(&time, NULL) != EFI_SUCCESS)
        return UTC_UNKNOWN;
    fields = (struct utc_fields){
        .year = time.Year,
        .month = time.Month,
        .day = time.Day,
        .hour = time.Hour,
        .minute = time.Minute,
        .second = time.Second,
    };
    utc_s = utc_from_fields(fields);
    if (utc_s == UTC_UNKNOWN || time.TimeZone == EFI_UNSPECIFIED_TIMEZONE)
        return utc_s;
    if (time.TimeZone < -TIME_ZONE_MAX_MINUTES || time.TimeZone > TIME_ZONE_MAX_MINUTES)
        return UTC_UNKNOWN;
    /* Local time is UTC minus TimeZone. */
    return utc_s + (int64_t)time.TimeZone * 60;
}
