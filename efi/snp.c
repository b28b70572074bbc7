#include "snp.h"

#include "snp-find.h"
#include "status-code.h"
#include "virtio-notify.h"

#define RECEIVE_FILTERS (EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST)

/* How long no frame may come in, in ms, before the other way is tried. */
#define SILENCE_MS 2000

/* What IPv6 sends to groups: routers to all nodes, whoever looks for our MAC to its group. */
#define GROUPS 2

static EFI_GUID snp_guid(void)
{
    return (EFI_GUID)EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
}

/* The receive filters as they are, to be restored later. */
static struct snp_filters filters_of(const EFI_SIMPLE_NETWORK *protocol)
{
    const EFI_SIMPLE_NETWORK_MODE *mode = protocol->Mode;
    struct snp_filters filters = { .setting = mode->ReceiveFilterSetting };

    if (mode->MCastFilterCount <= ARRAY_LENGTH(filters.groups))
        filters.groups_count = mode->MCastFilterCount;
    memcpy(filters.groups, mode->MCastFilter, filters.groups_count * sizeof(*filters.groups));
    return filters;
}

static void restore_filters(EFI_SIMPLE_NETWORK *protocol, struct snp_filters *filters)
{
    bool groups =
        (filters->setting & EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST) != 0 && filters->groups_count > 0;

    protocol->ReceiveFilters(protocol, filters->setting,
                             protocol->Mode->ReceiveFilterMask & ~filters->setting, !groups,
                             groups ? filters->groups_count : 0, groups ? filters->groups : NULL);
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
static void set_filters(EFI_SIMPLE_NETWORK *protocol)
{
    const uint8_t *mac = protocol->Mode->CurrentAddress.Addr;
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
    EFI_SIMPLE_NETWORK *protocol = snp->upper.protocol;
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
    set_filters(protocol);
    snp->running = true;
    return STATUS_OK;
}

/* ---- which way frames take ---- */

static const char *wire_name(const struct snp *snp)
{
    if (snp->wire == &snp->lower)
        return "firmware, the driver underneath the device that pivotboot was loaded through";
    if (!snp->loaders)
        return "firmware, whose own device pivotboot was loaded through";
    return "snp, the device of the program that loaded pivotboot";
}

static void log_wire(struct snp *snp, const char *why)
{
    char memory[200];
    struct text line = TEXT(memory);

    text_add(&line, "network: transport ");
    text_add(&line, wire_name(snp));
    text_add(&line, why);
    console_line(snp->console, &line);
}

/*
 * iPXE waits for the completion of each frame that it has sent. When pivotboot took one of
 * those from the device underneath, or leaves one of its own there, iPXE would never send
 * again: closing and opening its device makes it forget.
 */
static void restart_upper(struct snp *snp)
{
    char memory[100];
    struct text ignored = TEXT(memory);

    snp->upper.protocol->Shutdown(snp->upper.protocol);
    snp->upper.protocol->Stop(snp->upper.protocol);
    snp->lower.busy = 0;
    snp->lower.foreign = false;
    snp->running = start(snp, &ignored) == STATUS_OK;
}

static void leave_lower(struct snp *snp)
{
    if (snp->wire != &snp->lower)
        return;
    snp_wire_drain(&snp->lower);
    snp->wire = &snp->upper;
    if (snp->lower.busy || snp->lower.foreign)
        restart_upper(snp);
    else
        restore_filters(snp->lower.protocol, &snp->lower_filters);
}

static void enter_lower(struct snp *snp)
{
    snp_wire_drain(&snp->upper);
    snp->lower_filters = filters_of(snp->lower.protocol);
    set_filters(snp->lower.protocol);
    snp->wire = &snp->lower;
}

static bool lower_is_ready(const struct snp *snp)
{
    return snp->lower.protocol && snp->lower.protocol->Mode->State == EfiSimpleNetworkInitialized;
}

/* The same silence may be the network's own: each change is given twice the time. */
static void change_wire(struct snp *snp)
{
    stall_init(&snp->stall, snp->stall.limit_ms * 2);
    if (snp->wire == &snp->lower)
        leave_lower(snp);
    else if (lower_is_ready(snp))
        enter_lower(snp);
    else
        return;
    log_wire(snp, ", since no frame came in any more");
}

enum status snp_choose(struct snp *snp, enum transport transport, struct text *detail)
{
    bool through_firmware = transport != TRANSPORT_SNP && lower_is_ready(snp);
    const char *why = "";

    if (transport == TRANSPORT_FIRMWARE && snp->loaders && !through_firmware) {
        text_add(detail, "transport=firmware, but the device belongs to the program that loaded "
                         "pivotboot, and the firmware has no driver underneath");
        return STATUS_NET_TRANSPORT;
    }
    leave_lower(snp);
    if (through_firmware)
        enter_lower(snp);
    snp->may_change = transport == TRANSPORT_AUTO && lower_is_ready(snp);
    stall_init(&snp->stall, SILENCE_MS);
    if (transport == TRANSPORT_AUTO && snp->loaders && !through_firmware)
        why = ", since the firmware has no driver underneath";
    else if (transport != TRANSPORT_AUTO && snp->loaders)
        why = ", as the configuration says";
    log_wire(snp, why);
    return STATUS_OK;
}

/* ---- the link ---- */

static enum status snp_send(struct link *link, struct bytes frame)
{
    struct snp *snp = (struct snp *)link;

    if (!snp->running || frame.size > LINK_FRAME_MAX_BYTES)
        return STATUS_NET_DEVICE;
    snp_wire_send(snp->wire, frame);
    if (snp->may_change)
        stall_sent(&snp->stall, clock_ms(snp->console->clock));
    return STATUS_OK;
}

static enum status snp_receive(struct link *link, struct buffer frame, size_t *ret_size)
{
    struct snp *snp = (struct snp *)link;
    enum status st;

    *ret_size = 0;
    if (!snp->running)
        return STATUS_NET_DEVICE;
    if ((st = snp_wire_receive(snp->wire, frame, ret_size)))
        return st;
    if (*ret_size > 0)
        stall_received(&snp->stall);
    else if (snp->may_change && stall_is_silent(&snp->stall, clock_ms(snp->console->clock)))
        change_wire(snp);
    return STATUS_OK;
}

/* ---- taking the device, and giving it back ---- */

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

/* A driver underneath is left as it is: the device above it holds it open, and uses it again. */
static void open_lower(struct snp *snp, EFI_HANDLE parent)
{
    EFI_SIMPLE_NETWORK *lower = NULL;

    snp->loaders = snp_belongs_to(snp->services, snp->upper.protocol, parent);
    if (snp->loaders)
        lower = snp_find_underneath(snp->services, snp->handle, parent);
    if (lower)
        snp_wire_init(&snp->lower, lower, snp->memory + SNP_WIRE_MEMORY_BYTES);
}

static enum status take(struct snp *snp, EFI_HANDLE parent, struct text *detail)
{
    EFI_BOOT_SERVICES *services = snp->services;
    EFI_GUID guid = snp_guid();
    EFI_SIMPLE_NETWORK *protocol = NULL;
    EFI_STATUS status;
    void *memory = NULL;

    if (services->AllocatePool(EfiLoaderData, 2 * SNP_WIRE_MEMORY_BYTES, &memory) != EFI_SUCCESS)
        return STATUS_OUT_OF_MEMORY;
    snp->memory = memory;
    status = services->OpenProtocol(snp->handle, &guid, (void **)&protocol, snp->agent, NULL,
                                    EFI_OPEN_PROTOCOL_EXCLUSIVE);
    if (status != EFI_SUCCESS)
        return refused(detail, "taking the device for pivotboot alone", status);
    snp_wire_init(&snp->upper, protocol, snp->memory);
    snp->wire = &snp->upper;
    open_lower(snp, parent);
    status = services->CreateEvent(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK,
                                   at_exit_boot_services, snp, &snp->exit_event);
    if (status != EFI_SUCCESS) {
        snp->exit_event = NULL;
        return refused(detail, "registering for ExitBootServices", status);
    }
    virtio_notify_attach(services, snp->handle);
    return start(snp, detail);
}

enum status snp_open(struct snp *snp, const struct snp_device *device, struct text *detail)
{
    EFI_GUID guid = snp_guid();
    EFI_SIMPLE_NETWORK *found = NULL;
    enum status st;

    *snp = (struct snp){
        .link = { .mtu_bytes = 1500, .send = snp_send, .receive = snp_receive },
        .services = device->services,
        .console = device->console,
        .agent = device->agent,
        .handle = device->handle,
    };
    if (snp->services->HandleProtocol(snp->handle, &guid, (void **)&found) != EFI_SUCCESS)
        return refused(detail, "opening the device", EFI_UNSUPPORTED);
    if (found->Mode->HwAddressSize != LINK_MAC_BYTES) {
        text_add(detail, "not an Ethernet device: its addresses have ");
        text_add_u64(detail, found->Mode->HwAddressSize);
        text_add(detail, " bytes");
        return STATUS_NET_DEVICE;
    }
    snp->found_filters = filters_of(found);
    snp->found_state = found->Mode->State;
    snp->had_drivers = has_drivers(snp->services, snp->handle);
    memcpy(snp->link.mac, found->Mode->CurrentAddress.Addr, LINK_MAC_BYTES);
    if (found->Mode->MaxPacketSize >= 576 && found->Mode->MaxPacketSize < 1500)
        snp->link.mtu_bytes = (uint16_t)found->Mode->MaxPacketSize;
    st = take(snp, device->parent, detail);
    if (st)
        snp_close(snp);
    return st;
}

bool snp_has_link(struct snp *snp)
{
    EFI_SIMPLE_NETWORK *protocol = snp->upper.protocol;
    UINT32 interrupts;

    /* GetStatus is what makes the driver look at the link. */
    if (!protocol->Mode->MediaPresentSupported)
        return true;
    protocol->GetStatus(protocol, &interrupts, NULL);
    return protocol->Mode->MediaPresent;
}

void snp_stop(struct snp *snp)
{
    virtio_notify_detach();
    if (!snp->running)
        return;
    snp->running = false;
    snp->upper.protocol->Shutdown(snp->upper.protocol);
    snp->upper.protocol->Stop(snp->upper.protocol);
    /* What is above should have stopped it; a kernel's memory depends on it. */
    if (lower_is_ready(snp))
        snp->lower.protocol->Shutdown(snp->lower.protocol);
    snp->wire = &snp->upper;
    snp->upper.busy = snp->lower.busy = 0;
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

    leave_lower(snp);
    /* iPXE must not find completions of ours among its own. */
    snp_wire_drain(&snp->upper);
    if (!snp->running && start(snp, &ignored))
        return;
    if (snp->found_state != EfiSimpleNetworkStopped)
        restore_filters(snp->upper.protocol, &snp->found_filters);
}

void snp_close(struct snp *snp)
{
    EFI_GUID guid = snp_guid();

    virtio_notify_detach();
    if (snp->upper.protocol) {
        restore(snp);
        snp->services->CloseProtocol(snp->handle, &guid, snp->agent, NULL);
        if (snp->had_drivers)
            snp->services->ConnectController(snp->handle, NULL, NULL, TRUE);
    }
    if (snp->exit_event)
        snp->services->CloseEvent(snp->exit_event);
    if (snp->memory)
        snp->services->FreePool(snp->memory);
    *snp = (struct snp){ .wire = NULL };
}
