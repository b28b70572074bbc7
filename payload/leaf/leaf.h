/*
 * The leaf init: a first init that gives any kernel a root which pivot_root can leave.
 *
 * Its archive (../leaf-archive.h) unpacks to /.pivotboot in rootfs, and rdinit= starts it as
 * process 1. It
 *   1. runs itself again from a memfd, since an executable in rootfs would keep rootfs busy;
 *   2. mounts a tmpfs with the caller's options (rootflags=);
 *   3. move: moves everything in rootfs into it, freeing what has been moved as it goes, or
 *      wrap: takes over what the kernel itself unpacked, then unpacks the parts straight into
 *      the tmpfs, freeing what has been decompressed as it goes;
 *   4. opens the console of the new root, empties rootfs, makes it read-only, and moves the
 *      tmpfs over it;
 *   5. executes init, with the arguments, environment, console, directory and mask that the
 *      kernel would have given it.
 * Afterwards / is a tmpfs with the source "rootfs", whose parent (in /proc/self/mountinfo) is
 * the empty, read-only rootfs: no file, mount or descriptor of the leaf init remains. Who has
 * CAP_SYS_ADMIN in the initial user namespace can make rootfs writable again.
 *
 * When the leaf root cannot be had, one line in the kernel's log says why. onfail=continue then
 * goes on with a whole root in rootfs: what was moved is moved back, and what is still wrapped is
 * unpacked there. Where no whole root is left to go on with (a corrupt part, no memory in
 * rootfs either, no init), and always with onfail=panic, process 1 exits, which makes the
 * kernel panic behind that line. Never is init started in half a root.
 *
 * Every message is a line "pivotboot: ..." through /dev/kmsg.
 */
#ifndef LEAF_LEAF_H
#define LEAF_LEAF_H

#include "cpio.h"
#include "leaf-archive.h"
#include "system.h"

/* Where the tmpfs is mounted while it is being filled. */
#define LEAF_MOUNTPOINT_NAME LEAF_DIRECTORY "/root"
#define LEAF_MOUNTPOINT      "/" LEAF_MOUNTPOINT_NAME

struct leaf {
    struct leaf_config config;
    char **arguments;     /* the kernel's, NULL at the end; [0] is the leaf init itself */
    char **environment;   /* the kernel's, NULL at the end */
    int rootfs;           /* descriptor of the root the kernel made, -1 before it is open */
    int root;             /* descriptor of the tmpfs, -1 while there is none */
    struct statx top;     /* of rootfs' own directory as the kernel left it */
    int log;              /* descriptor of /dev/kmsg, -1 when it cannot be had */
    bool parts_begun;     /* parts have been unpacked, or one in part */
    bool rootfs_is_whole; /* it still has all that the kernel unpacked, the parts apart */
    uint32_t mask;        /* to be restored before init */
    struct system_limit files;
    int niceness;
    struct text why; /* the first failure, a sentence */
    char why_memory[512];
};

/*
 * Notes a failure: what could not be done, to which path (may be NULL), and the negative errno
 * (0: the sentence says it all).
 * Only the first counts. Returns error.
 */
int leaf_fail(struct leaf *leaf, const char *what, const char *path, int error);

/* The same for an archive; returns a negative errno. */
int leaf_fail_status(struct leaf *leaf, const char *what, enum status st);

#endif
