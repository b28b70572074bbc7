#include "snp-wire.h"

#include "virtio-notify.h"

/* How often a full transmit queue is asked for a free buffer before the frame is dropped:
 * TCP sends again, and a device that never frees buffers must not hang us. */
#define TRANSMIT_TRIES 10000

#define ALL_BUSY ((UINT32_C(1) << SNP_WIRE_TRANSMITS) - 1)

void snp_wire_init(struct snp_wire *wire, EFI_SIMPLE_NETWORK *protocol, uint8_t *memory)
{
    *wire = (struct snp_wire){ .protocol = protocol, .memory = memory };
}

static uint8_t *slot(const struct snp_wire *wire, unsigned int i)
{
    return wire->memory + i * (size_t)LINK_FRAME_MAX_BYTES;
}

/*
 * Takes back one transmitted buffer. Interrupt status must not be asked for: some firmware
 * clears receive interrupts with it. Some firmware also freezes when nobody asks.
 */
static bool reap(struct snp_wire *wire)
{
    void *buffer = NULL;
    size_t offset;

    if (wire->protocol->GetStatus(wire->protocol, NULL, &buffer) != EFI_SUCCESS || !buffer)
        return false;
    offset = (uintptr_t)buffer - (uintptr_t)wire->memory;
    if (offset < SNP_WIRE_MEMORY_BYTES)
        wire->busy &= ~(UINT32_C(1) << offset / LINK_FRAME_MAX_BYTES);
    else
        wire->foreign = true;
    return true;
}

void snp_wire_send(struct snp_wire *wire, struct bytes frame)
{
    unsigned int i;

    for (int tries = 0; wire->busy == ALL_BUSY && tries < TRANSMIT_TRIES; tries++)
        reap(wire);
    if (wire->busy == ALL_BUSY)
        return;
    i = (unsigned int)__builtin_ctz(~wire->busy);
    memcpy(slot(wire, i), frame.data, frame.size);
    wire->busy |= UINT32_C(1) << i;
    for (int tries = 0; tries < TRANSMIT_TRIES; tries++) {
        EFI_STATUS status = wire->protocol->Transmit(wire->protocol, 0, frame.size, slot(wire, i),
                                                     NULL, NULL, NULL);

        if (status == EFI_SUCCESS)
            return;
        if (status != EFI_NOT_READY)
            break;
        reap(wire);
    }
    /*
     * The frame counts as lost. Not as a failure: iPXE reports an error for frames that it
     * did send when its queue is long. Its buffer may still be in use, then reap() frees it;
     * a buffer that the device never hands back is reused once all others are busy too.
     */
    if (wire->busy == ALL_BUSY)
        wire->busy = 0;
}

enum status snp_wire_receive(struct snp_wire *wire, struct buffer frame, size_t *ret_size)
{
    UINTN size = frame.size;
    EFI_STATUS status;

    virtio_notify_before_receive();
    status = wire->protocol->Receive(wire->protocol, NULL, &size, frame.data, NULL, NULL, NULL);
    virtio_notify_after_receive(status == EFI_SUCCESS);
    *ret_size = 0;
    if (status == EFI_SUCCESS) {
        *ret_size = size <= frame.size ? size : 0;
        return STATUS_OK;
    }
    /* Each question costs as much as a frame: only when there is something to take back. */
    while (wire->busy && reap(wire))
        ;
    return status == EFI_NOT_READY || status == EFI_BUFFER_TOO_SMALL ? STATUS_OK
                                                                     : STATUS_NET_DEVICE;
}

void snp_wire_drain(struct snp_wire *wire)
{
    for (int tries = 0; tries < TRANSMIT_TRIES && wire->busy; tries++)
        reap(wire);
}
