/*
 * A sink that shows on the console how far a transfer is and hands everything on: name,
 * bytes, percent, MB/s (10^6 bytes a second) and the time left. It draws a few times
 * a second, so that a slow serial console does not slow the transfer.
 */
#ifndef EFI_PROGRESS_H
#define EFI_PROGRESS_H

#include "../payload/sink.h"
#include "clock.h"
#include "console.h"

struct progress_sink {
    struct sink sink;
    struct sink *next;
    struct console *console;
    const struct clock *clock;
    const char *name; /* NUL-terminated, static */
    uint64_t size_bytes;
    uint64_t done_bytes;
    uint64_t start_ms;
    uint64_t shown_ms;
};

/* All that it is given must outlive it. Errors are those of next. */
void progress_sink_init(struct progress_sink *sink, struct sink *next, struct console *console,
                        const struct clock *clock, const char *name);

#endif
