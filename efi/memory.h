/* How much memory the firmware has left. */
#ifndef EFI_MEMORY_H
#define EFI_MEMORY_H

#include "../payload/text.h"
#include "efi.h"

struct memory {
    bool known; /* the firmware told; else the rest is 0 */
    uint64_t free_bytes;
    uint64_t largest_bytes; /* of one contiguous piece */
};

/* Asks the firmware's memory map (UEFI 2.10 section 7.2). */
struct memory memory_look(EFI_BOOT_SERVICES *services);

/* Adds "312.4 MiB free, the largest block 280.0 MiB". */
void memory_describe(const struct memory *memory, struct text *text);

#endif
