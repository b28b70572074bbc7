/*
 * Which parts of a file are there, on their way, or missing. Several owners (connections) fetch
 * one part each, which arrives from its front to its back; what an owner leaves behind is
 * missing again. No byte is ever given to two owners. Pure.
 */
#ifndef NET_RANGE_PLAN_H
#define NET_RANGE_PLAN_H

#include "../payload/bytes.h"

/* A size that is not known (yet), and the size of a part that ends with such a file. */
#define RANGE_PLAN_UNKNOWN UINT64_MAX

/* Parts at most, missing or on their way. When there are as many, missing ones are not divided
 * any more. */
#define RANGE_PLAN_PARTS 100

struct range_plan {
    uint64_t size_bytes; /* RANGE_PLAN_UNKNOWN: not known */

    /* private */
    uint64_t reach_bytes; /* nothing that has arrived lies behind it */
    /* Everything that is not there, in order. */
    size_t count;
    struct range_plan_part {
        uint64_t first, end;
        uint8_t owner; /* from 1; 0: missing */
    } parts[RANGE_PLAN_PARTS];
};

/* Nothing is there. size_bytes may be RANGE_PLAN_UNKNOWN. */
void range_plan_init(struct range_plan *plan, uint64_t size_bytes);

/*
 * The file's size has become known: nobody gets what is behind it. False when it contradicts
 * what was known before, or what has arrived already; then the plan is as it was.
 */
bool range_plan_set_size(struct range_plan *plan, uint64_t size_bytes);

/*
 * Gives the first missing part to an owner (from 1, who has none): most_bytes of it at most,
 * but for the number of parts (see there). False when nothing is missing. *ret_bytes is
 * RANGE_PLAN_UNKNOWN for everything up to an unknown end.
 */
bool range_plan_take(struct range_plan *plan, uint8_t owner, uint64_t most_bytes,
                     uint64_t *ret_first, uint64_t *ret_bytes);

/* Gives everything behind the prefix to one owner, whoever had it. */
void range_plan_take_rest(struct range_plan *plan, uint8_t owner);

/* The last bytes of an owner's part are missing again; not more than range_plan_left. False: there
 * is no room for one part more. */
bool range_plan_split(struct range_plan *plan, uint8_t owner, uint64_t last_bytes);

/* The next bytes of an owner's part have arrived: not more than range_plan_left. With the last
 * one, the owner has no part any more. */
void range_plan_arrived(struct range_plan *plan, uint8_t owner, uint64_t bytes);

/* What an owner has not got yet is missing again. Harmless when there is nothing. */
void range_plan_release(struct range_plan *plan, uint8_t owner);

/* How much of an owner's part has not arrived; 0 when there is none. */
uint64_t range_plan_left(const struct range_plan *plan, uint8_t owner);

/* How many bytes of the file are there without a gap, from its beginning on. */
uint64_t range_plan_prefix(const struct range_plan *plan);

/* How many bytes are missing, those on their way not counted; RANGE_PLAN_UNKNOWN when that is
 * not known. */
uint64_t range_plan_missing(const struct range_plan *plan);

/* Everything is there; never so while the size is not known. */
static inline bool range_plan_complete(const struct range_plan *plan)
{
    return plan->count == 0;
}

#endif
