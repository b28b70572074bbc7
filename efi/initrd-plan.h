/*
 * What the kernel gets as its initrd: the configured files one behind the other, and with
 * rootfs=leaf the leaf init's archive in front of them (payload/leaf-archive.h). Whether the
 * leaf init then unpacks zstd files itself (wrap) or moves what the kernel unpacked (move) is
 * learnt from the first bytes of each file, before any of it is fetched whole.
 */
#ifndef EFI_INITRD_PLAN_H
#define EFI_INITRD_PLAN_H

#include "boot.h"

/*
 * With rootfs=leaf: looks at the beginning of each initrd by a few range requests and fills in
 * boot->plan; a server without ranges means move. Else does nothing.
 * Errors of configure_resolve and fetch_range.
 */
enum status initrd_plan_learn(struct boot *boot);

/*
 * Fills in boot->initrd's parts, when the initrds have been fetched and checked.
 * STATUS_OUT_OF_MEMORY, errors of leaf_archive_size and leaf_part_head.
 */
enum status initrd_plan_assemble(struct boot *boot);

#endif
