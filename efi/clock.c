#include "clock.h"

#include "arch/cycles.h"

#define CALIBRATIONS   5
#define CALIBRATION_MS 2

/* Stall never takes less time than it is asked for, but more where an interrupt, or whoever runs a
 * virtual machine, comes in between: the shortest of several is right. */
void clock_init(struct clock *clock, EFI_BOOT_SERVICES *services)
{
    uint64_t shortest_cycles = UINT64_MAX;

    clock->start_cycles = cycles_now();
    for (unsigned int i = 0; i < CALIBRATIONS; i++) {
        uint64_t begin_cycles = cycles_now(), cycles;

        services->Stall(CALIBRATION_MS * 1000);
        cycles = cycles_now() - begin_cycles;
        if (cycles < shortest_cycles)
            shortest_cycles = cycles;
    }
    clock->cycles_per_ms = shortest_cycles / CALIBRATION_MS;
    if (clock->cycles_per_ms == 0)
        clock->cycles_per_ms = 1;
}

uint64_t clock_ms(const struct clock *clock)
{
    return (cycles_now() - clock->start_cycles) / clock->cycles_per_ms;
}

/* In two steps, since a machine's counter times 1000 may not fit into 64 bits after weeks. */
uint64_t clock_us_of(const struct clock *clock, uint64_t cycles)
{
    return cycles / clock->cycles_per_ms * 1000 +
           cycles % clock->cycles_per_ms * 1000 / clock->cycles_per_ms;
}

uint64_t clock_start_us(const struct clock *clock)
{
    return clock_us_of(clock, clock->start_cycles);
}

uint64_t clock_us(const struct clock *clock)
{
    return clock_us_of(clock, cycles_now());
}
