/* The watch over memory that a started kernel owns: nothing else may write into it. */
#ifndef PROBE_MEMORY_H
#define PROBE_MEMORY_H

#include <efi.h>

/*
 * Takes nearly all free memory, fills it, waits, looks; then leaves boot services, and does
 * the same with what was the firmware's. Prints "memory intact" or "memory changed at ..."
 * for both halves. Boot services are gone afterwards.
 * flaw: let a timer write into that memory, as a driver that was not stopped would.
 */
void memory_watch(EFI_HANDLE image, EFI_BOOT_SERVICES *bs, BOOLEAN flaw);

/* Takes nearly all free memory, and gives it back. */
void memory_hoard(EFI_BOOT_SERVICES *bs);
void memory_give_back(EFI_BOOT_SERVICES *bs);

#endif
