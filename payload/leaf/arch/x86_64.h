/*
 * System calls and the entry point on x86-64. The kernel returns a result, or a negative errno
 * between -4095 and -1; it clobbers rcx and r11.
 */
#ifndef LEAF_ARCH_X86_64_H
#define LEAF_ARCH_X86_64_H

#include <stdint.h>

static inline intptr_t system_call(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d,
                                   intptr_t e, intptr_t f)
{
    register intptr_t r10 __asm__("r10") = d;
    register intptr_t r8 __asm__("r8") = e;
    register intptr_t r9 __asm__("r9") = f;
    intptr_t result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* At entry the stack pointer points at argc; a call expects it aligned to 16. */
#define ENTRY(function)                \
    __asm__(".globl _start\n"          \
            "_start:\n"                \
            "    xor %ebp, %ebp\n"     \
            "    mov %rsp, %rdi\n"     \
            "    and $-16, %rsp\n"     \
            "    call " #function "\n" \
            "    ud2\n")

#endif
