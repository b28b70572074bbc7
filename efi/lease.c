#include "lease.h"

static void *protocol_of(EFI_BOOT_SERVICES *services, EFI_HANDLE handle, EFI_GUID guid)
{
    void *protocol = NULL;

    return services->HandleProtocol(handle, &guid, &protocol) == EFI_SUCCESS ? protocol : NULL;
}

bool lease_find(EFI_BOOT_SERVICES *services, EFI_HANDLE image_device, EFI_HANDLE snp_handle,
                struct ip_setting *ret_lease)
{
    const EFI_PXE_BASE_CODE_PROTOCOL *pxe =
        protocol_of(services, image_device, (EFI_GUID)EFI_PXE_BASE_CODE_PROTOCOL_GUID);
    const EFI_SIMPLE_NETWORK *snp =
        protocol_of(services, snp_handle, (EFI_GUID)EFI_SIMPLE_NETWORK_PROTOCOL_GUID);

    /* With IPv6 the packet is a DHCPv6 one. */
    if (!pxe || !snp || !pxe->Mode->Started || pxe->Mode->UsingIpv6 || !pxe->Mode->DhcpAckReceived)
        return false;
    return dhcp_lease_read((struct bytes){ pxe->Mode->DhcpAck.Raw, sizeof(pxe->Mode->DhcpAck.Raw) },
                           snp->Mode->CurrentAddress.Addr, ret_lease);
}
