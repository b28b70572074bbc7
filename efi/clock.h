/* Milliseconds from the CPU's cycle counter: boot services have no clock of that kind. */
#ifndef EFI_CLOCK_H
#define EFI_CLOCK_H

#include "efi.h"

struct clock {
    uint64_t start_cycles;
    uint64_t cycles_per_ms;
};

/* Measures the counter against BootServices->Stall for some milliseconds. */
void clock_init(struct clock *clock, EFI_BOOT_SERVICES *services);

/* Milliseconds since clock_init. */
uint64_t clock_ms(const struct clock *clock);

/* Microseconds since the counter was zero, which is when the machine was reset: at clock_init,
 * and now. */
uint64_t clock_start_us(const struct clock *clock);
uint64_t clock_us(const struct clock *clock);

/* So many of the counter's cycles (arch/cycles.h) in microseconds. */
uint64_t clock_us_of(const struct clock *clock, uint64_t cycles);

#endif
