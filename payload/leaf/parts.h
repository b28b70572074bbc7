/* The wrapped parts: archives, mostly compressed, that the leaf init itself unpacks. */
#ifndef LEAF_PARTS_H
#define LEAF_PARTS_H

#include "arena.h"
#include "leaf.h"

/*
 * Fills the tmpfs with what the kernel unpacked and then the parts in order. When the tmpfs
 * turns out to be too small and onfail=continue, all is moved back and the rest is unpacked into
 * rootfs: leaf->root is then -1, and the root is whole. Zero, or a negative errno after
 * leaf_fail().
 */
int parts_fill(struct leaf *leaf, struct arena *arena);

/*
 * After a failure: makes rootfs a whole root again and removes the leaf init from it, or fails.
 */
int parts_fall_back(struct leaf *leaf, struct arena *arena);

#endif
