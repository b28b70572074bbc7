/* What a file has besides its contents. All functions return zero or a negative errno. */
#ifndef LEAF_ATTRIBUTES_H
#define LEAF_ATTRIBUTES_H

#include "system.h"

/* Owner and mode of an open file or directory that was just made by us, as root, with mode. */
int attributes_own(int fd, const struct statx *stat, uint32_t mode);

/* Times of path within at, or of at itself when path is NULL. */
int attributes_date(int at, const char *path, const struct statx *stat);

/* Copies the extended attributes between two open files. */
int attributes_copy(int from, int to);

/* The same for what cannot be opened: symbolic links and nodes. */
int attributes_copy_of(const char *from, const char *to);

#endif
