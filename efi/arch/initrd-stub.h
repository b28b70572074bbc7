/*
 * What the kernel's EFI stub does when LoadFile2 fails. x86's gives up and returns
 * (drivers/firmware/efi/libstub/x86-stub.c), so an initrd may turn out to be wrong as late as
 * that. The generic one, of all other architectures, prints a line and starts the kernel
 * without an initrd (efi-stub.c): there the initrd must have been verified before.
 */
#ifndef EFI_ARCH_INITRD_STUB_H
#define EFI_ARCH_INITRD_STUB_H

#include <stdbool.h>

#if defined(__x86_64__)
#define INITRD_STUB_HEEDS_FAILURE true
#elif defined(__aarch64__)
#define INITRD_STUB_HEEDS_FAILURE false
#else
#error "it is not known what the kernel's stub does on this architecture"
#endif

#endif
