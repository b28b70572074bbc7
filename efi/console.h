/* The firmware's text console: lines for the log, one line that is written over, and keys. */
#ifndef EFI_CONSOLE_H
#define EFI_CONSOLE_H

#include "../payload/text.h"
#include "clock.h"
#include "efi.h"

/* Longest line, in bytes; what is longer is cut. */
#define CONSOLE_LINE_MAX_BYTES 4096

struct console {
    EFI_SYSTEM_TABLE *system;
    const struct clock *clock;
    uint64_t key_checked_ms;
    size_t overwritable_bytes; /* of the line that console_overwrite left on the screen */
    bool aborted;              /* Ctrl-C or Escape has been seen */
};

void console_init(struct console *console, EFI_SYSTEM_TABLE *system, const struct clock *clock);

/* Prints "pivotboot: " and the text as a line. */
void console_line(struct console *console, const struct text *text);

/* The same for a constant. */
void console_say(struct console *console, const char *string);

/* Shows text in place of what the last console_overwrite showed; at most 79 bytes of it. */
void console_overwrite(struct console *console, const struct text *text);

/* Whether Ctrl-C or Escape was pressed; asks the firmware a few times a second at most. */
bool console_aborted(struct console *console);

#endif
