/* Where each initrd lies in what the kernel gets, and what stands around it. */
#ifndef EFI_INITRD_COMPOSE_H
#define EFI_INITRD_COMPOSE_H

#include "boot.h"

/*
 * Fills in boot->plan.layout: from here on it is known what the kernel gets but for the bytes
 * of the streamed files. STATUS_OUT_OF_MEMORY, STATUS_BLOB_TOO_LARGE, STATUS_INITRD_ROOM,
 * errors of leaf_archive_size and leaf_part_head.
 */
enum status initrd_compose(struct boot *boot);

#endif
