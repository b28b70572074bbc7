/* Which architecture this loader was built for. */
#ifndef EFI_ARCH_MACHINE_H
#define EFI_ARCH_MACHINE_H

#include "../../payload/architecture.h"

#if defined(__x86_64__)
#define MACHINE_ARCHITECTURE ARCHITECTURE_X64
#elif defined(__aarch64__)
#define MACHINE_ARCHITECTURE ARCHITECTURE_AA64
#else
#error "pivotboot does not know this architecture"
#endif

#endif
