/* The CPU's constant-rate counter. */
#ifndef EFI_ARCH_CYCLES_H
#define EFI_ARCH_CYCLES_H

#include <stdint.h>

static inline uint64_t cycles_now(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t count;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#else
#error "no cycle counter for this architecture"
#endif
}

#endif
