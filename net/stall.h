/*
 * Notices that a link has gone silent: frames that want an answer leave, and nothing at all
 * comes in any more. A server that is slow does not look like that: what is sent to it is
 * acknowledged, and while it is waited for nothing is sent.
 */
#ifndef NET_STALL_H
#define NET_STALL_H

#include <stdbool.h>
#include <stdint.h>

struct stall {
    uint64_t limit_ms; /* how long silence may last */
    /* Frames that left since something came in: when the first and the last of them did, and
     * whether there are several. */
    uint64_t first_ms, last_ms;
    bool one, several;
};

void stall_init(struct stall *stall, uint64_t limit_ms);

/* A frame left. */
void stall_sent(struct stall *stall, uint64_t now_ms);

/* A frame came in, whatever it was. */
void stall_received(struct stall *stall);

/*
 * Whether the link is silent: for limit_ms, in which something was sent again, and the last of
 * it has had a quarter of that time for its answer. (One frame alone may have been lost, or may
 * want no answer; one that left long before the next has nothing to do with it.)
 */
bool stall_is_silent(const struct stall *stall, uint64_t now_ms);

#endif
