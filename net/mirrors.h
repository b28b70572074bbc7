/*
 * The places that have the same files: which of them to ask next. The one that works is stayed
 * with; one that fails is left alone for a while. Pure.
 */
#ifndef NET_MIRRORS_H
#define NET_MIRRORS_H

#include "../payload/bytes.h"
#include "retry.h"

/* The place that a file's own URL names, and as many mirrors as can be configured. */
#define MIRRORS_MOST (1 + 8)

struct mirrors {
    size_t count;   /* the file's own place (0), and the mirrors in the order given */
    size_t current; /* the one to ask next, if it may be asked */
    struct mirror {
        bool no_ranges; /* does not send parts of files */
        bool wrong;     /* sent bytes that were not what they should have been */
        bool dropped;   /* of no use for this file */
        uint64_t rate;  /* of the last file; see parallel_rate */
        uint64_t not_before_ms;
        struct retry retry;
    } list[MIRRORS_MOST];
};

/* count: 1 to MIRRORS_MOST. */
void mirrors_init(struct mirrors *mirrors, size_t count);

/* Another file: what concerned the last one only is forgotten. */
void mirrors_begin(struct mirrors *mirrors);

/*
 * The one to ask now, or when *ret_wait_ms have passed where all must be left alone for a
 * while; it is stayed with from now on. False when none is left for this file.
 */
bool mirrors_pick(struct mirrors *mirrors, uint64_t now_ms, size_t *ret_index,
                  uint64_t *ret_wait_ms);

/* One has failed, perhaps not for ever: it is left alone for the delay, and the next one is
 * asked. */
void mirrors_failed(struct mirrors *mirrors, size_t index, uint64_t now_ms, uint64_t delay_ms);

/* One does not have this file. */
void mirrors_drop(struct mirrors *mirrors, size_t index);

/* What one sent was wrong: it is not asked again, for no file. */
void mirrors_distrust(struct mirrors *mirrors, size_t index);

/* How many are left for this file. */
size_t mirrors_left(const struct mirrors *mirrors);

#endif
