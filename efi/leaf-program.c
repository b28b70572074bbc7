#include "leaf-program.h"

/* The Makefile builds the program first and says where it is. */
__asm__(".section .rdata,\"dr\"\n"
        ".balign 16\n"
        "leaf_program_start:\n"
        ".incbin \"" LEAF_PROGRAM_FILE "\"\n"
        "leaf_program_end:\n"
        ".text\n");

extern const uint8_t leaf_program_start[], leaf_program_end[];

struct bytes leaf_program(void)
{
    return (struct bytes){ leaf_program_start, (size_t)(leaf_program_end - leaf_program_start) };
}
