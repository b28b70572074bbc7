/*
 * VIRTIO_DEVICE_PROTOCOL (EDK2, OvmfPkg/Include/Protocol/VirtioDevice.h): how EDK2's virtio drivers
 * talk to their device. No specification has it, and EDK2 may change it; this is how it has begun
 * since 2016.
 */
#ifndef EFI_PROTO_VIRTIO_DEVICE_H
#define EFI_PROTO_VIRTIO_DEVICE_H

#include "../efi.h"

#define VIRTIO_DEVICE_PROTOCOL_GUID_VALUE                  \
    {                                                      \
        0xfa920010, 0x6785, 0x4941,                        \
        {                                                  \
            0xb6, 0xec, 0x49, 0x8c, 0x57, 0x9f, 0x16, 0x0a \
        }                                                  \
    }

/* Virtio 1.2, chapter 5 */
#define VIRTIO_DEVICE_NETWORK 1
/* Virtio 1.2, section 5.1.2 */
#define VIRTIO_NETWORK_RECEIVEQ 0

struct virtio_device;

typedef EFI_STATUS(EFIAPI *virtio_set_queue_notify)(struct virtio_device *device, UINT16 queue);

struct virtio_device {
    UINT32 revision;
    INT32 device_id;
    void *get_device_features;
    void *set_guest_features;
    void *set_queue_address;
    void *set_queue_sel;
    virtio_set_queue_notify set_queue_notify;
};

#endif
