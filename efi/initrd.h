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

struct initrd_device_path {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH end;
} __attribute__((packed));

struct initrd {
    struct load_file2_protocol protocol;
    /* What the caller fills in: how much it is (0: the kernel finds no initrd at all), and who
     * writes it into the kernel's buffer, of exactly that size, when the kernel asks for it. */
    uint64_t size_bytes;
    enum status (*load)(void *context, struct buffer to);
    void *context;
    /* What load returned the last time; the kernel was told no more than that it failed. */
    enum status failure;
    EFI_BOOT_SERVICES *services;
    struct initrd_device_path path;
    EFI_HANDLE handle;                    /* that our protocol is on, NULL: not offered */
    struct load_file2_protocol *replaced; /* iPXE's, to be put back; NULL: none was there */
};

/*
 * Makes the initrd available. iPXE leaves its own one there when any image is left in its
 * memory, even from a failed `chain`: it is replaced, and put back by initrd_withdraw.
 * The struct must not move until initrd_withdraw.
 * STATUS_HANDOFF_INITRD (detail says which step failed).
 */
enum status initrd_offer(struct initrd *initrd, EFI_BOOT_SERVICES *services, struct text *detail);

/* Undoes initrd_offer. Harmless when nothing is offered. */
void initrd_withdraw(struct initrd *initrd);

#endif
