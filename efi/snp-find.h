/*
 * Which of the machine's network devices to use. Several handles can carry
 * EFI_SIMPLE_NETWORK_PROTOCOL for one and the same NIC: the firmware's, and iPXE's on top of
 * it; the firmware's is then held by iPXE and never finishes a transfer.
 */
#ifndef EFI_SNP_FIND_H
#define EFI_SNP_FIND_H

#include "efi.h"

/* Most network devices that are tried. */
#define SNP_MOST 16

struct snp_choice {
    EFI_HANDLE handles[SNP_MOST]; /* the best first */
    size_t count;                 /* 0: the machine has none */
    bool exact;                   /* the one handle that pivotboot was loaded through */
};

/*
 * image_device: LoadedImage->DeviceHandle, where pivotboot was loaded from.
 *  1. iPXE up to 1.21 loads from its own SNP handle: that one.
 *  2. iPXE 2.0 and the firmware's HTTP boot load from a handle whose device path continues
 *     that of the SNP handle: the longest SNP path that it starts with.
 *  3. Otherwise (disk, `qemu -kernel`): every card there is, once; drivers that the firmware
 *     has not connected yet are connected.
 */
void snp_find(EFI_BOOT_SERVICES *services, EFI_HANDLE image_device, struct snp_choice *ret_choice);

/* Whether the program `image` (may be NULL) brings this SNP: its functions lie in the image. */
bool snp_belongs_to(EFI_BOOT_SERVICES *services, const EFI_SIMPLE_NETWORK *snp, EFI_HANDLE image);

/*
 * The firmware's SNP that the device `handle`, of the program `image`, drives the card through:
 * the one with the same MAC address and the longest path that handle's path starts with. NULL
 * when the program has a driver of its own for the card.
 */
EFI_SIMPLE_NETWORK *snp_find_underneath(EFI_BOOT_SERVICES *services, EFI_HANDLE handle,
                                        EFI_HANDLE image);

#endif
