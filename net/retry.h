/*
 * When to try again: later and later, and at a random moment, so that machines that failed at
 * the same time do not come back at the same time. Pure.
 */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include "../payload/bytes.h"

/* The first delay is a random one below this; each further one has twice the range, up to the
 * other; in ms. */
#define RETRY_FIRST_MS 500
#define RETRY_MOST_MS  16000

struct retry {
    unsigned int failures; /* in a row; 0 at first */
};

/*
 * How long to wait after one more failure, in ms. random: any 32 bits. retry_after_ms: what the
 * server asked for, 0: nothing; then the delay is that and up to half as much again, or up to
 * what it would be otherwise, whichever is more.
 */
uint64_t retry_delay_ms(struct retry *retry, uint32_t random, uint64_t retry_after_ms);

/* Something went well: the next failure is a first one. */
static inline void retry_succeeded(struct retry *retry)
{
    retry->failures = 0;
}

/* A random time below this one, in ms. */
static inline uint64_t retry_spread_ms(uint32_t random, uint32_t below_ms)
{
    return (uint64_t)random * below_ms >> 32;
}

#endif
