/*
 * Writes what a cpio reader finds below this process's root directory, as the kernel does with
 * an initramfs: a member replaces what has its name if that is of another type (a directory only
 * when it is empty), a file gets new contents, a directory new owner, mode and times; members
 * with equal inode and device numbers within one archive are hard links, one of which carries
 * the contents; what cannot be made for other reasons than want of space is left out silently.
 * Paths are resolved within the root, which symbolic links and ".." cannot leave.
 */
#ifndef LEAF_UNPACK_H
#define LEAF_UNPACK_H

#include "cpio-reader.h"
#include "leaf.h"
#include "links.h"

struct unpack {
    struct cpio_receiver receiver; /* first, for the conversion back */
    struct leaf *leaf;
    struct arena *arena;
    /*
     * Asked when space has run out: true when this process's root directory is now another
     * that holds all that was made so far and has more space.
     */
    bool (*move_on)(struct unpack *unpack);
    bool has_set_group;                   /* a directory gives its group to what is made in it */
    struct links links;                   /* of the current archive */
    struct unpack_directory *directories; /* whose times are set in the end */
    struct cpio_member member;            /* the current one */
    int file;                             /* open while contents arrive, else -1 */
    bool is_sparse;                       /* the file was empty: zeros need not be written */
    uint64_t offset;                      /* in the contents */
    uint64_t written_end;                 /* of what was written: behind it there is nothing yet */
    char name[CPIO_NAME_MAX_BYTES];
    char target[CPIO_NAME_MAX_BYTES + 1]; /* of a symbolic link */
};

void unpack_begin(struct unpack *unpack, struct leaf *leaf, struct arena *arena,
                  bool (*move_on)(struct unpack *unpack));

/* Sets the times of the directories, after the last archive. */
void unpack_finish(struct unpack *unpack);

#endif
