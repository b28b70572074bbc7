/*
 * What somebody before us got from DHCP. iPXE (all releases tried, 2019 to 2.0) installs
 * EFI_PXE_BASE_CODE_PROTOCOL (UEFI 2.10 section 24.3) on the handle that it loads from, with a
 * DHCPACK made of its own settings in it; the firmware's PXE leaves the real one there.
 */
#ifndef EFI_LEASE_H
#define EFI_LEASE_H

#include "../net/dhcp-lease.h"
#include "efi.h"

/*
 * image_device: LoadedImage->DeviceHandle. snp_handle: the network device that is about to be
 * used, whose MAC address the lease must be for. To be called before the device is opened: the
 * protocol may go away with the drivers above it. False when there is no lease.
 */
bool lease_find(EFI_BOOT_SERVICES *services, EFI_HANDLE image_device, EFI_HANDLE snp_handle,
                struct ip_setting *ret_lease);

#endif
