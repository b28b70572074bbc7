/* Lines in the kernel's log, which puts them on the consoles. */
#ifndef LEAF_MESSAGE_H
#define LEAF_MESSAGE_H

#include "leaf.h"

enum message_level {
    MESSAGE_ERROR = '3', /* shown even on a quiet boot */
    MESSAGE_WARNING = '4',
    MESSAGE_INFO = '6',
};

/*
 * Opens the log, through a device node that exists only for that moment as name in the
 * directory at (a descriptor; not within rootfs when rootfs is to be sealed). Without the log,
 * messages go to the console on descriptor 2.
 */
void message_open(struct leaf *leaf, int at, const char *name);

/* Says "pivotboot: " and a text, whose control characters become '?'. */
void message_say(struct leaf *leaf, enum message_level level, struct bytes text);

#endif
