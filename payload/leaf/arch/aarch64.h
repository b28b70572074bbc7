/* System calls and the entry point on aarch64: see x86_64.h. */
#ifndef LEAF_ARCH_AARCH64_H
#define LEAF_ARCH_AARCH64_H

#include <stdint.h>

static inline intptr_t system_call(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d,
                                   intptr_t e, intptr_t f)
{
    register intptr_t x8 __asm__("x8") = number;
    register intptr_t x0 __asm__("x0") = a;
    register intptr_t x1 __asm__("x1") = b;
    register intptr_t x2 __asm__("x2") = c;
    register intptr_t x3 __asm__("x3") = d;
    register intptr_t x4 __asm__("x4") = e;
    register intptr_t x5 __asm__("x5") = f;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

#define ENTRY(function)              \
    __asm__(".globl _start\n"        \
            "_start:\n"              \
            "    mov x29, #0\n"      \
            "    mov x30, #0\n"      \
            "    mov x0, sp\n"       \
            "    and sp, x0, #-16\n" \
            "    bl " #function "\n" \
            "    brk #1\n")

#endif
