/* gnu-efi's headers (no code of it is used), and what every file of efi/ needs of them. */
#ifndef EFI_EFI_H
#define EFI_EFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <efi.h>

#define PAGE_BYTES 4096U

#endif
