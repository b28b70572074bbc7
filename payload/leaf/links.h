/*
 * Which path was made for which file, so that its further names become hard links.
 * The files are known by two numbers (inode and device, say), unique among one another.
 */
#ifndef LEAF_LINKS_H
#define LEAF_LINKS_H

#include "arena.h"

struct link {
    uint64_t file[2];
    const char *path; /* NUL-terminated; NULL: this place of the table is free */
};

struct links {
    struct arena *arena; /* where table and paths live */
    struct link *table;  /* NULL at first */
    size_t places;       /* a power of two */
    size_t used;
};

/* The path of the file, NULL when it is not known. */
const char *links_find(const struct links *links, uint64_t file, uint64_t device);

/* path: must stay where it is. False when there is no memory. The file must not be known yet. */
bool links_add(struct links *links, uint64_t file, uint64_t device, const char *path);

/* Forgets all files. */
void links_clear(struct links *links);

#endif
