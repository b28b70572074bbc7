/*
 * Decides how the root becomes one that pivot_root(2) can leave, on the kernel that is about
 * to start, and how its mount options get there. The kernel's own words count, not its version.
 */
#ifndef KERNEL_CMDLINE_ROOT_CHOICE_H
#define KERNEL_CMDLINE_ROOT_CHOICE_H

#include "../payload/bytes.h"
#include "../payload/capabilities.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "root-mode.h"

/* A reason, or a detail of an error, has at most so many bytes. */
#define ROOT_CHOICE_TEXT_MAX_BYTES 512

struct root_request {
    enum root_mode mode; /* every other than ROOT_AUTO was asked for by somebody */
    bool force;          /* rootfs-force: mode, even if the kernel does not have it */
    const struct capabilities
        *capabilities; /* may be NULL where root_choice_asks_kernel is false */
    /* The user's options in one line, as the kernel will read them (that is what cmdline_build
     * makes of them with ROOT_NONE and without rootflags); untrusted; may be empty. */
    struct bytes options;
    struct bytes rootflags; /* untrusted; may be empty: nothing was asked for */
};

/* Who is told the rootflags. */
enum rootflags_place {
    ROOTFLAGS_NOWHERE,           /* none were asked for, or nobody would obey them */
    ROOTFLAGS_ROOTFLAGS,         /* the parameter rootflags= */
    ROOTFLAGS_INITRAMFS_OPTIONS, /* the parameter initramfs_options= */
    ROOTFLAGS_LEAF,              /* the leaf init, for its mount */
};

struct root_choice {
    enum root_mode mode; /* never ROOT_AUTO */
    const char *word;    /* the bare word to inject; NULL: none; static */
    enum rootflags_place rootflags;
    /* The kernel's rootfs is to have no limit, and can be told so. All that the leaf init is to
     * move or to unpack lies there first, and by itself it may only grow to half of what is free
     * beside the initrd. False where the kernel need not be asked. */
    bool frees_rootfs;
};

/* The name of the parameter to inject, without '='; NULL when the place is none. Static. */
const char *rootflags_parameter(enum rootflags_place place);

/*
 * Whether the choice depends on what the kernel has: unpacking the kernel to ask it takes from
 * a tenth of a second to a second. request->capabilities is not looked at.
 */
bool root_choice_asks_kernel(const struct root_request *request);

/*
 * ROOT_AUTO becomes, in this order:
 *  - none, when root= names a root: the initramfs is then only on the way to it;
 *  - what the kernel has: nullfs, immutable_rootfs, nullfs_rootfs, nonroot_initramfs;
 *  - leaf, when it has none, when that is unknown, or when rootflags were asked for and
 *    nothing would obey them with what it has.
 *
 * rootflags go to the leaf init's mount for leaf; to rootflags= where root= names a root, for
 * user_root, and for none where nothing better is known (no kernel hands rootflags= to init);
 * to initramfs_options= for the others where the kernel knows it and its rootfs is a tmpfs;
 * with nonroot_initramfs, and everywhere else, nowhere.
 *
 * detail: gets one line without a line end: the choice and its reason, "nullfs: the kernel has
 * it (zstd payload)", or why there is none.
 * STATUS_ROOT_MODE_MISSING: the mode that was asked for is one that all of the kernel was
 * searched for in vain, and not forced (detail names what it has). An unknown kernel is
 * believed to have what was asked for.
 */
enum status root_choose(const struct root_request *request, struct text *detail,
                        struct root_choice *ret_choice);

#endif
