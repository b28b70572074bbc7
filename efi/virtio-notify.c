#include "virtio-notify.h"

#include "device-path.h"
#include "memory.h"
#include "proto/virtio-device.h"

/*
 * How many buffers the device may not know of. EDK2's driver has 64, or half of a smaller queue: a
 * device that has filled all that it knows of is told by the time when all have been received,
 * since each one received is one more that it is to be told of.
 */
#define HELD_MOST 16

/* And should a queue be smaller than that: after so many questions without a frame it is told. */
#define IDLE_QUESTIONS 1000

static struct {
    struct virtio_device *device; /* the firmware's; NULL: not attached */
    virtio_set_queue_notify notify;
    bool receiving;
    unsigned int held;
    unsigned int idle; /* questions since the last frame */
} attached;

static void let_through(void)
{
    attached.held = 0;
    attached.notify(attached.device, VIRTIO_NETWORK_RECEIVEQ);
}

/* What the driver calls instead of the device. Only the call that comes with a frame is held. */
static EFI_STATUS EFIAPI notify(struct virtio_device *device, UINT16 queue)
{
    if (!attached.receiving || queue != VIRTIO_NETWORK_RECEIVEQ)
        return attached.notify(device, queue);
    if (++attached.held == HELD_MOST)
        let_through();
    return EFI_SUCCESS;
}

/* The virtio-net device whose path the SNP's path begins with; NULL when there is none. */
static struct virtio_device *device_below(EFI_BOOT_SERVICES *services, EFI_HANDLE snp)
{
    EFI_GUID guid = VIRTIO_DEVICE_PROTOCOL_GUID_VALUE;
    const EFI_DEVICE_PATH *path = device_path_of(services, snp);
    struct virtio_device *found = NULL;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;

    if (services->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles) != EFI_SUCCESS)
        return NULL;
    for (UINTN i = 0; i < count && !found; i++) {
        void *device = NULL;

        if (device_path_starts_with(path, device_path_of(services, handles[i])) &&
            services->HandleProtocol(handles[i], &guid, &device) == EFI_SUCCESS &&
            ((struct virtio_device *)device)->device_id == VIRTIO_DEVICE_NETWORK)
            found = device;
    }
    services->FreePool(handles);
    return found;
}

void virtio_notify_attach(EFI_BOOT_SERVICES *services, EFI_HANDLE snp)
{
    struct virtio_device *device = device_below(services, snp);

    /* A driver's image may be read-only, and there a constant; its data never is. */
    if (attached.device || !device || memory_type_at(services, device) != EfiBootServicesData)
        return;
    attached.device = device;
    attached.notify = device->set_queue_notify;
    device->set_queue_notify = notify;
}

void virtio_notify_detach(void)
{
    if (!attached.device)
        return;
    attached.device->set_queue_notify = attached.notify;
    if (attached.held > 0)
        let_through();
    attached.device = NULL;
}

void virtio_notify_before_receive(void)
{
    attached.receiving = attached.device;
}

void virtio_notify_after_receive(bool came)
{
    attached.receiving = false;
    attached.idle = came ? 0 : attached.idle + 1;
    if (attached.held > 0 && attached.idle == IDLE_QUESTIONS)
        let_through();
}
