/* The tmpfs that becomes the root, and rootfs below it. */
#ifndef LEAF_ROOT_H
#define LEAF_ROOT_H

#include "arena.h"
#include "leaf.h"

/* All return zero, or a negative errno after leaf_fail(). */

/* Mounts the tmpfs with the configured options; leaf->root is then open. */
int root_mount(struct leaf *leaf);

/* Unmounts it with all that is in it; leaf->root is then -1. */
void root_discard(struct leaf *leaf);

/* Whether all that is in rootfs fits: -ENOSPC before anything has been touched. */
int root_check_room(struct leaf *leaf);

/* Moves what is in rootfs, or copies it. After a failed move rootfs is whole again, or the
 * machine is stopped. */
int root_take_over(struct leaf *leaf, struct arena *arena, bool keep, bool *ret_has_set_group);

/* Whether what is in rootfs, apart from the leaf init, is so little that a copy does no harm. */
bool root_is_small(struct leaf *leaf);

/*
 * Moves what is in the tmpfs back, over what is in rootfs, and discards the tmpfs. with_top:
 * rootfs' own directory gets what the tmpfs' has, too; otherwise it is as the kernel left it.
 */
int root_give_back(struct leaf *leaf, struct arena *arena, bool with_top);

/* Makes the directory (a descriptor) this process's root and working directory. */
int root_enter(struct leaf *leaf, int directory);

/*
 * From within rootfs: moves the tmpfs over rootfs, enters it, empties rootfs and makes it
 * read-only. When that last step fails the rest stands: the root is a good one, not sealed.
 */
int root_switch(struct leaf *leaf);
int root_seal(struct leaf *leaf);

#endif
