/*
 * How many connections one download uses at once, and how large a part each of them fetches:
 * one at first (or many, on a long path), twice as many as long as that brings more bytes a
 * second. Pure.
 */
#ifndef NET_PARALLEL_H
#define NET_PARALLEL_H

#include "../payload/bytes.h"

/* Parts are not smaller than this (but for the last), nor larger; in bytes. The first ones are as
 * small: how fast the server is, and how large the file, is only known when it answers. But where
 * the last file came on one connection, a first part is as large as its rate allows: the link is
 * not to wait for the next request while the kernel is looked at. */
#define PARALLEL_PART_LEAST_BYTES (128 * 1024)
#define PARALLEL_PART_MOST_BYTES  (16 * 1024 * 1024)

/* A connection's parts are at least what it does within this time, in ms; and a single one gets no
 * company for what it does within the second one. */
#define PARALLEL_PART_MS  500
#define PARALLEL_WORTH_MS 4000

/* Where a round trip takes as long as this, in ms, a connection takes long to get up to speed, and
 * a loss stops it for as long again: there so many begin together, if the caller takes them. */
#define PARALLEL_LONG_TRIP_MS    15
#define PARALLEL_LONG_TRIP_FIRST 24

/* Where a round trip takes as long as this, in ms, its time is worth more than requests that may be
 * of no use: nobody waits for the first answer. */
#define PARALLEL_EARLY_TRIP_MS 50

/* Where a round trip takes as long as this, in ms, the next part is asked for before a part is all
 * there: when half of it is, or what is left will come within so many round trips. */
#define PARALLEL_AHEAD_TRIP_MS 5
#define PARALLEL_AHEAD_TRIPS   2

/* When nothing is missing any more, a connection that is not half as fast as the others, and would
 * work on for longer than this, in ms and in round trips, leaves some of it to them, if it is so
 * much at least, in bytes. What is on its way then comes twice. One that had got nothing may only
 * have been about to begin, as whoever takes its place will be: those get twice the time, or nobody
 * might ever come to the end of it. */
#define PARALLEL_SHARE_MS          200
#define PARALLEL_SHARE_TRIPS       3
#define PARALLEL_SHARE_LEAST_BYTES (16 * 1024)

/* A rate is measured over this time at least and at most, in ms; and in between over a number
 * of round trips, so that new connections have got up to speed. */
#define PARALLEL_WINDOW_LEAST_MS 200
#define PARALLEL_WINDOW_MOST_MS  1000
#define PARALLEL_WINDOW_TRIPS    8

struct parallel {
    unsigned int target; /* so many connections are wanted now: 1 at least */

    /* private */
    unsigned int most;
    unsigned int base;           /* what is known to be good */
    uint64_t base_rate;          /* what that brought, in bytes a second */
    bool trying;                 /* whether target is better than base */
    unsigned int rest, patience; /* windows until the next try, after this failure and the next */
    unsigned int hasty;          /* how often connections were left that had got nothing */
    uint64_t hasty_ms;           /* the last time */
    uint64_t known_rate;         /* of the last file, in bytes a second; 0: not known */
    uint32_t trip_ms;            /* 0: not known */
    bool started;
    uint64_t start_ms, bytes; /* since the first byte */
    uint64_t window_ms, window_start_ms, window_bytes;
};

/* most: connections at once; 1 or more. known_rate: what parallel_rate said of the last file. */
void parallel_init(struct parallel *parallel, unsigned int most, uint64_t known_rate);

/* What one connection has brought, in bytes a second; 0: there were more, or the time was too short
 * to tell. */
uint64_t parallel_rate(const struct parallel *parallel, uint64_t now_ms);

/* A connection has opened: how long that took (above 0). */
void parallel_connected(struct parallel *parallel, uint32_t connect_ms);

/* A connection has not opened yet, after so long. */
void parallel_waited(struct parallel *parallel, uint64_t ms);

/* Bytes have arrived, on any connection. */
void parallel_arrived(struct parallel *parallel, uint64_t now_ms, size_t bytes);

/* Decides anew when it is time to. busy: how many connections are at work; missing_bytes: what
 * none of them has begun to fetch. */
void parallel_look(struct parallel *parallel, uint64_t now_ms, unsigned int busy,
                   uint64_t missing_bytes);

/* A server refuses more connections than this (1 at least). */
void parallel_limit(struct parallel *parallel, unsigned int most);

/* Whether parts are asked for before an answer has said that there are any. */
bool parallel_asks_early(const struct parallel *parallel);

/* How much the next connection is to fetch, of so many missing bytes. */
uint64_t parallel_part_bytes(const struct parallel *parallel, uint64_t now_ms,
                             uint64_t missing_bytes);

/*
 * What a connection without work should take from the end of what another one has left: so much
 * that both are done at the same time. 0: nothing. got_bytes: what that one has got since then.
 */
uint64_t parallel_share_bytes(const struct parallel *parallel, uint64_t now_ms, uint64_t since_ms,
                              uint64_t got_bytes, uint64_t left_bytes);

/* Another connection has taken what parallel_share_bytes said; got_bytes: as there. */
void parallel_shared(struct parallel *parallel, uint64_t now_ms, uint64_t got_bytes);

/* How much a part of so many bytes may lack when its connection is asked for the next one; 0: that
 * waits for its end. */
uint64_t parallel_ahead_bytes(const struct parallel *parallel, uint64_t now_ms,
                              uint64_t part_bytes);

#endif
