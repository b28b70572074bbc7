#include "snp.h"

#include "status-code.h"

/* How often a full transmit queue is asked for a free buffer before the frame is dropped:
 * TCP sends again, and a device that never frees buffers must not hang us. */
#define TRANSMIT_TRIES 10000

#define RECEIVE_FILTERS (EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST)

/* What IPv6 sends to groups: routers to all nodes, whoever looks for our MAC to its group. */
#define GROUPS 2

static EFI_GUID snp_guid(void)
{
    return (EFI_GUID)EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
}

/*
 * Takes back one transmitted buffer. Interrupt status must not be asked for: some firmware
 * clears receive interrupts with it. Some firmware also freezes when nobody asks.
 */
static bool reap(struct snp *snp)
{
    void *buffer = NULL;

    if (snp->protocol->GetStatus(snp->protocol, NULL, &buffer) != EFI_SUCCESS || !buffer)
        return false;
    for (size_t i = 0; i < SNP_TRANSMITS; i++)
        if (snp->transmits[i] == buffer)
            snp->transmit_busy[i] = false;
    return true;
}

static int free_transmit(const struct snp *snp)
{
    for (int i = 0; i < SNP_TRANSMITS; i++)
        if (!snp->transmit_busy[i])
            return i;
    return -1;
}

static bool any_busy(const struct snp *snp)
{
    for (size_t i = 0; i < SNP_TRANSMITS; i++)
        if (snp->transmit_busy[i])
            return true;
    return false;
}

static enum status snp_send(struct link *link, struct bytes frame)
{
    struct snp *snp = (struct snp *)link;
    int slot = free_transmit(snp);

    if (!snp->running || frame.size > LINK_FRAME_MAX_BYTES)
        return STATUS_NET_DEVICE;
    for (int tries = 0; slot < 0 && tries < TRANSMIT_TRIES; tries++) {
        reap(snp);
        slot = free_transmit(snp);
    }
    if (slot < 0)
        return STATUS_OK;
    memcpy(snp->transmits[slot], frame.data, frame.size);
    snp->transmit_busy[slot] = true;
    for (int tries = 0; tries < TRANSMIT_TRIES; tries++) {
        EFI_STATUS status = snp->protocol->Transmit(snp->protocol, 0, frame.size,
                                                    snp->transmits[slot], NULL, NULL, NULL);

        if (status == EFI_SUCCESS)
            return STATUS_OK;
        if (status != EFI_NOT_READY)
            break;
        reap(snp);
    }
    /*
     * The frame counts as lost. Not as a failure: iPXE reports an error for frames that it
     * did send when its queue is long. Its buffer may still be in use, then reap() frees it;
     * a buffer that the device never hands back is reused once all others are busy too.
     */
    if (free_transmit(snp) < 0)
        memset(snp->transmit_busy, 0, sizeof(snp->transmit_busy));
    return STATUS_OK;
}

static enum status snp_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    struct snp *snp = (struct snp *)link;
    UINTN size = frame.size;
    EFI_STATUS status;

    *ret_size = 0;
    if (!snp->running)
        return STATUS_NET_DEVICE;
    status = snp->protocol->Receive(snp->protocol, NULL, &size, frame.data, NULL, NULL, NULL);
    if (status == EFI_SUCCESS) {
        *ret_size = size <= frame.size ? size : 0;
        return STATUS_OK;
    }
    /* Nothing waiting: the moment to take transmitted buffers back. */
    while (reap(snp))
        ;
    return status == EFI_NOT_READY || status == EFI_BUFFER_TOO_SMALL ? STATUS_OK
                                                                     : STATUS_NET_DEVICE;
}

static enum status refused(struct text *detail, const char *step, EFI_STATUS status)
{
    text_add(detail, step);
    text_add_efi_status(detail, " failed with", status);
    return STATUS_NET_DEVICE;
}

/*
 * Filters that a device does not support are refused, not ignored: none of them is asked for.
 * All groups are let in where that is possible, since an address may be in a group of its own.
 */
static void set_filters(struct snp *snp)
{
    EFI_SIMPLE_NETWORK *protocol = snp->protocol;
    const uint8_t *mac = snp->link.mac;
    EFI_MAC_ADDRESS groups[GROUPS] = {
        { { 0x33, 0x33, 0, 0, 0, 1 } },
        { { 0x33, 0x33, 0xff, mac[3], mac[4], mac[5] } },
    };
    UINT32 possible = protocol->Mode->ReceiveFilterMask;
    UINT32 filters = RECEIVE_FILTERS & possible;

    if (possible & EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS_MULTICAST)
        filters |= EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS_MULTICAST;
    else if (protocol->Mode->MaxMCastFilterCount >= GROUPS)
        filters |= EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST & possible;
    if (filters & EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST)
        protocol->ReceiveFilters(protocol, filters, possible & ~filters, FALSE, GROUPS, groups);
    else
        protocol->ReceiveFilters(protocol, filters, possible & ~filters, TRUE, 0, NULL);
}

/* Brings the device into the initialised state, whichever it is in. */
static enum status start(struct snp *snp, struct text *detail)
{
    EFI_SIMPLE_NETWORK *protocol = snp->protocol;
    EFI_STATUS status = EFI_SUCCESS;

    if (protocol->Mode->State == EfiSimpleNetworkStopped)
        status = protocol->Start(protocol);
    if (status != EFI_SUCCESS && status != EFI_ALREADY_STARTED)
        return refused(detail, "starting the device", status);
    if (protocol->Mode->State != EfiSimpleNetworkInitialized) {
        status = protocol->Initialize(protocol, 0, 0);
        if (status != EFI_SUCCESS)
            return refused(detail, "initialising the device", status);
    }
    set_filters(snp);
    snp->running = true;
    return STATUS_OK;
}

/*
 * Whatever stack of the firmware's is on the device has it open BY_DRIVER: EXCLUSIVE will
 * disconnect it, and giving back means to connect it again.
 */
static bool has_drivers(EFI_BOOT_SERVICES *services, EFI_HANDLE handle)
{
    EFI_GUID guid = snp_guid();
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries = NULL;
    UINTN count = 0;
    bool found = false;

    if (services->OpenProtocolInformation(handle, &guid, &entries, &count) != EFI_SUCCESS)
        return false;
    for (UINTN i = 0; i < count; i++)
        found |= (entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
    services->FreePool(entries);
    return found;
}

/*
 * The backstop when the kernel never asked for an initrd to the end: no frame may be written
 * once the kernel owns the memory. The drivers' own handlers do the same, in an order that
 * nobody knows.
 */
static void EFIAPI at_exit_boot_services(EFI_EVENT event, void *context)
{
    (void)event;
    snp_stop(context);
}

static enum status open(struct snp *snp, struct text *detail)
{
    EFI_BOOT_SERVICES *services = snp->services;
    EFI_GUID guid = snp_guid();
    EFI_STATUS status;
    void *memory = NULL;

    status = services->OpenProtocol(snp->handle, &guid, (void **)&snp->protocol, snp->agent, NULL,
                                    EFI_OPEN_PROTOCOL_EXCLUSIVE);
    if (status != EFI_SUCCESS) {
        snp->protocol = NULL;
        return refused(detail, "taking the device for pivotboot alone", status);
    }
    if (services->AllocatePool(EfiLoaderData, SNP_TRANSMITS * sizeof(*snp->transmits), &memory) !=
        EFI_SUCCESS)
        return STATUS_OUT_OF_MEMORY;
    snp->transmits = memory;
    status = services->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK,
                                   at_exit_boot_services, snp, &snp->exit_event);
    if (status != EFI_SUCCESS) {
        snp->exit_event = NULL;
        return refused(detail, "registering for ExitBootServices", status);
    }
    return start(snp, detail);
}

enum status snp_open(struct snp *snp, EFI_BOOT_SERVICES *services, EFI_HANDLE agent,
                     EFI_HANDLE handle, struct text *detail)
{
    EFI_GUID guid = snp_guid();
    EFI_SIMPLE_NETWORK *found = NULL;
    enum status st;

    *snp = (struct snp){ .services = services, .agent = agent, .handle = handle };
    if (services->HandleProtocol(handle, &guid, (void **)&found) != EFI_SUCCESS)
        return refused(detail, "opening the device", EFI_UNSUPPORTED);
    if (found->Mode->HwAddressSize != LINK_MAC_BYTES) {
        text_add(detail, "not an Ethernet device: its addresses have ");
        text_add_u64(detail, found->Mode->HwAddressSize);
        text_add(detail, " bytes");
        return STATUS_NET_DEVICE;
    }
    snp->found_filters = found->Mode->ReceiveFilterSetting;
    snp->found_state = found->Mode->State;
    snp->had_drivers = has_drivers(services, handle);
    memcpy(snp->link.mac, found->Mode->CurrentAddress.Addr, LINK_MAC_BYTES);
    snp->link.mtu_bytes = 1500;
    if (found->Mode->MaxPacketSize >= 576 && found->Mode->MaxPacketSize < 1500)
        snp->link.mtu_bytes = (uint16_t)found->Mode->MaxPacketSize;
    snp->link.send = snp_send;
    snp->link.receive = snp_receive;
    st = open(snp, detail);
    if (st)
        snp_close(snp);
    return st;
}

bool snp_has_link(struct snp *snp)
{
    UINT32 interrupts;

    /* GetStatus is what makes the driver look at the link. */
    if (!snp->protocol->Mode->MediaPresentSupported)
        return true;
    snp->protocol->GetStatus(snp->protocol, &interrupts, NULL);
    return snp->protocol->Mode->MediaPresent;
}

void snp_stop(struct snp *snp)
{
    if (!snp->protocol || !snp->running)
        return;
    snp->running = false;
    snp->protocol->Shutdown(snp->protocol);
    snp->protocol->Stop(snp->protocol);
    memset(snp->transmit_busy, 0, sizeof(snp->transmit_busy));
}

/*
 * Brings the device back to the state it was found in. Where firmware drivers were on it they
 * start it themselves; iPXE's device must be initialised, for iPXE closes its own network
 * device together with it and could not fetch anything any more.
 */
static void restore(struct snp *snp)
{
    char memory[100];
    struct text ignored = TEXT(memory);

    /* iPXE must not find completions of ours among its own. */
    for (int tries = 0; tries < TRANSMIT_TRIES && any_busy(snp); tries++)
        reap(snp);
    if (!snp->running && start(snp, &ignored))
        return;
    if (snp->found_state != EfiSimpleNetworkStopped)
        snp->protocol->ReceiveFilters(snp->protocol, snp->found_filters,
                                      ~snp->found_filters & snp->protocol->Mode->ReceiveFilterMask,
                                      TRUE, 0, NULL);
}

void snp_close(struct snp *snp)
{
    EFI_GUID guid = snp_guid();

    if (snp->protocol) {
        if (snp->transmits)
            restore(snp);
        snp->services->CloseProtocol(snp->handle, &guid, snp->agent, NULL);
        if (snp->had_drivers)
            snp->services->ConnectController(snp->handle, NULL, NULL, TRUE);
    }
    if (snp->exit_event)
        snp->services->CloseEvent(snp->exit_event);
    if (snp->transmits)
        snp->services->FreePool(snp->transmits);
    *snp = (struct snp){ .protocol = NULL };
}
