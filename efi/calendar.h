/* The time of day: the firmware's clock, which the system can set. */
#ifndef EFI_CALENDAR_H
#define EFI_CALENDAR_H

#include "efi.h"

/*
 * What the real-time clock shows, as payload/utc.h has it: UTC_UNKNOWN when it can't be read
 * or shows no date. A clock without a time zone is taken to run in UTC.
 */
int64_t calendar_utc_s(EFI_RUNTIME_SERVICES *services);

#endif
