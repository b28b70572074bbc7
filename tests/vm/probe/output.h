/* What the probe says: lines on the firmware's console and on QEMU's debug console. */
#ifndef PROBE_OUTPUT_H
#define PROBE_OUTPUT_H

#include <efi.h>

#define DEBUGCON_PORT   0xe9
#define DEBUG_EXIT_PORT 0x501

void output_init(SIMPLE_TEXT_OUTPUT_INTERFACE *console);

/* From here on the firmware's console is gone: only the debug console gets lines. */
void output_exit_boot_services(void);

/* Writes "probe: ", the text and a line break.
 * %s char string, %w CHAR16 string, %u and %x UINT64, %b UINTN size and const UINT8 bytes. */
void say(const char *format, ...);

static inline void port_write8(UINT16 port, UINT8 value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_write32(UINT16 port, UINT32 value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

#endif
