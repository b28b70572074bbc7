/* Starts an EFI application, and tells what memory it left behind. */
#ifndef PROBE_START_H
#define PROBE_START_H

#include <efi.h>

/*
 * Starts the application so many times with these load options, and says before and after each
 * time how many pages there are of each type of memory. The first time, firmware may keep what
 * it sets up.
 */
void start_repeatedly(EFI_HANDLE image, EFI_BOOT_SERVICES *bs, UINTN size, void *application,
                      const CHAR16 *options, UINT64 rounds);

#endif
