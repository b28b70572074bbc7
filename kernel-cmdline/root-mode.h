/* How the root becomes one that pivot_root(2) can leave: the values of rootfs=. */
#ifndef KERNEL_CMDLINE_ROOT_MODE_H
#define KERNEL_CMDLINE_ROOT_MODE_H

#include "../payload/bytes.h"

enum root_mode {
    ROOT_AUTO,              /* root-choice.h decides, from what the kernel has */
    ROOT_NULLFS,            /* 7.0 and later: always so, no word exists */
    ROOT_NULLFS_ROOTFS,     /* the word of the second January 2026 series */
    ROOT_IMMUTABLE_ROOTFS,  /* the word of the first January 2026 series */
    ROOT_NONROOT_INITRAMFS, /* the word of the 2020/2021 patch */
    ROOT_USER_ROOT,         /* the 2021/2022 patch: a choice of the kernel's build, no word */
    ROOT_LEAF,              /* any kernel: pivotboot's own first init makes the root */
    ROOT_NONE,              /* the kernel's own behaviour, unchanged */
    ROOT_MODE_COUNT,        /* how many there are; not a mode */
};

/* The name as rootfs= takes it: static, NUL-terminated. */
const char *root_mode_name(enum root_mode mode);

/* The bare word that the kernel must get, or NULL when the mode needs none. */
const char *root_mode_word(enum root_mode mode);

/* False when name is none of the modes. */
bool root_mode_from_name(struct bytes name, enum root_mode *ret_mode);

#endif
