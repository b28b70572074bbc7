/*
 * A sink that hands everything on and adds up how long that took: for work that is done while
 * something arrives. Two readings of the cycle counter a piece, and nothing is computed.
 */
#ifndef EFI_TIMED_SINK_H
#define EFI_TIMED_SINK_H

#include "../payload/sink.h"

struct timed_sink {
    struct sink sink;
    struct sink *next;
    uint64_t spent_cycles; /* in next and whatever follows it, also where that failed */
};

/* next must outlive it. Errors are those of next. */
void timed_sink_init(struct timed_sink *sink, struct sink *next);

#endif
