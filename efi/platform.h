/* The net_platform that boot services make: clock, memory, randomness, the abort keys. */
#ifndef EFI_PLATFORM_H
#define EFI_PLATFORM_H

#include "../net/platform.h"
#include "../payload/allocator.h"
#include "clock.h"
#include "console.h"
#include "efi.h"
#include "unneeded.h"

struct platform {
    struct net_platform net;
    EFI_BOOT_SERVICES *services;
    const struct clock *clock;
    struct console *console;
    struct unneeded *unneeded;
    uint64_t random_state;
    uint64_t used_bytes; /* of what allocate has given: now, and the most so far */
    uint64_t most_bytes;
};

/*
 * Port numbers, sequence numbers and DNS identifiers must not be guessed from the network:
 * they are seeded from EFI_RNG_PROTOCOL where the firmware has one, and from the cycle
 * counter always. Large pieces of memory that are given back go to unneeded.
 */
void platform_init(struct platform *platform, EFI_BOOT_SERVICES *services,
                   const struct clock *clock, struct console *console, struct unneeded *unneeded);

/* Memory of the same kind for code of payload/. The platform must outlive it. */
struct allocator platform_allocator(struct platform *platform);

#endif
