/*
 * Fewer notifications for a virtio-net device whose driver is EDK2's.
 *
 * With each frame that it hands over, the driver notifies the device that the frame's buffer is
 * available again (virtio 1.2, section 2.7.13.4). In a virtual machine that takes a way out of the
 * machine, which costs more than all else that is done for a frame. The device needs to know only
 * before it runs out of buffers. So while attached we stand between driver and device, and of
 * what the driver says during a Receive let every sixteenth through.
 *
 * There is one network device in use at a time, and so one that this is attached to.
 */
#ifndef EFI_VIRTIO_NOTIFY_H
#define EFI_VIRTIO_NOTIFY_H

#include "efi.h"

/*
 * snp: a handle with EFI_SIMPLE_NETWORK_PROTOCOL, of EDK2's driver or of what stands above it. Does
 * nothing where no such driver is below, or its memory may not be written to.
 */
void virtio_notify_attach(EFI_BOOT_SERVICES *services, EFI_HANDLE snp);

/*
 * Leaves driver and device as they were found, and says what has been held back. Harmless when not
 * attached. Must have been called before our image goes.
 */
void virtio_notify_detach(void);

/* Around the driver's Receive. came: it had a frame. */
void virtio_notify_before_receive(void);
void virtio_notify_after_receive(bool came);

#endif
