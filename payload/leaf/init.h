/* Becoming the init that the user meant. */
#ifndef LEAF_INIT_H
#define LEAF_INIT_H

#include "leaf.h"

/* Opens /dev/console on descriptors 0 to 2 as the kernel does; without one, closes them. */
void init_open_console(struct leaf *leaf);

/*
 * Executes, in the root of this process, the configured init, else /init, /sbin/init,
 * /etc/init, /bin/init, /bin/sh. Returns, after leaf_fail(), only when there is none.
 */
void init_execute(struct leaf *leaf);

#endif
