/* How far two names are apart, to suggest what somebody may have meant. */
#ifndef KERNEL_CMDLINE_EDIT_DISTANCE_H
#define KERNEL_CMDLINE_EDIT_DISTANCE_H

#include "../payload/bytes.h"

/* Longer names are not compared. */
#define EDIT_DISTANCE_MAX_BYTES 32
/* What is returned for them. */
#define EDIT_DISTANCE_FAR UINT8_MAX

/*
 * The number of letters to insert, remove, replace or swap with their neighbour to make b of
 * a (the optimal string alignment distance). Neither has to be text; may be untrusted.
 */
uint8_t edit_distance(struct bytes a, struct bytes b);

#endif
