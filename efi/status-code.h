/*
 * What pivotboot returns to whoever started it: an error of the range that UEFI leaves to
 * others (UEFI 2.10 appendix D: bits 63 and 62), with the number of payload/status.def in the
 * low byte. iPXE folds its top byte and its low byte into one with a bitwise or, so that
 * `${errno}` ends in 0xC0 | number: different for numbers that differ in their low 6 bits.
 */
#ifndef EFI_STATUS_CODE_H
#define EFI_STATUS_CODE_H

#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"

#define STATUS_CODE_BASE 0xC000000000000000U

static inline EFI_STATUS status_code(enum status st)
{
    return st ? STATUS_CODE_BASE | (EFI_STATUS)st : EFI_SUCCESS;
}

/* Adds what the firmware answered: "LoadImage: EFI status 0x800000000000000e". what: trusted. */
static inline void text_add_efi_status(struct text *text, const char *what, EFI_STATUS status)
{
    text_add(text, what);
    text_add(text, " EFI status 0x");
    text_add_hex(text, status, 16);
}

#endif
