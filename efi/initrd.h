/*
 * Offers the initrd to the kernel's EFI stub: LoadFile2 on the vendor media device path
 * LINUX_EFI_INITRD_MEDIA_GUID (Documentation/admin-guide/efi-stub.rst).
 */
#ifndef EFI_INITRD_H
#define EFI_INITRD_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"
#include "proto/load-file2.h"

/* Most parts: for each of 16 initrds three, the leaf init's archive, and archives in front. */
#define INITRD_PARTS_MOST (16 * 3 + 2)

/* Archives begin at a multiple of this in what the kernel gets (its cpio reader's rule). */
#define INITRD_ALIGNMENT 4

struct initrd_part {
    struct bytes bytes; /* owned by whoever filled it in */
    bool padded;        /* zeros follow, up to the next multiple of INITRD_ALIGNMENT */
};

struct initrd_device_path {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH end;
} __attribute__((packed));

struct initrd {
    struct load_file2_protocol protocol;
    struct initrd_part parts[INITRD_PARTS_MOST];
    size_t parts_count;
    /* Called when the kernel has got all of it; context is handed through. */
    void (*complete)(void *context);
    void *context;
    EFI_BOOT_SERVICES *services;
    struct initrd_device_path path;
    EFI_HANDLE handle;                    /* that our protocol is on, NULL: not offered */
    struct load_file2_protocol *replaced; /* iPXE's, to be put back; NULL: none was there */
};

/* What the kernel gets: all parts, padded. STATUS_BLOB_TOO_LARGE on overflow. */
enum status initrd_size(const struct initrd *initrd, uint64_t *ret_size_bytes);

/*
 * Makes the parts available; without parts the kernel finds no initrd at all. iPXE leaves its
 * own one there when any image is left in its memory, even from a failed `chain`: it is
 * replaced, and put back by initrd_withdraw.
 * The struct must not move and the parts must stay until initrd_withdraw.
 * STATUS_HANDOFF_INITRD (detail says which step failed).
 */
enum status initrd_offer(struct initrd *initrd, EFI_BOOT_SERVICES *services, struct text *detail);

/* Undoes initrd_offer. Harmless when nothing is offered. */
void initrd_withdraw(struct initrd *initrd);

#endif
