/*
 * Makes the firmware's network drivers deaf for everybody but the program that started this
 * one: after the N frames of "deaf-after=N" in the load options, others receive nothing more.
 * For tests of what happens when frames stop coming. Returns, and stays in effect.
 */
#include <efi.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID snp_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;

/* Used by the copy of this program that stays. */
static EFI_SIMPLE_NETWORK_RECEIVE real_receive;
static UINTN starter_base, starter_bytes;
static UINT64 frames_left;

static EFI_STATUS EFIAPI receive(EFI_SIMPLE_NETWORK *snp, UINTN *header_size, UINTN *size,
                                 void *buffer, EFI_MAC_ADDRESS *from, EFI_MAC_ADDRESS *to,
                                 UINT16 *protocol)
{
    BOOLEAN other = (UINTN)__builtin_return_address(0) - starter_base >= starter_bytes;
    EFI_STATUS status = real_receive(snp, header_size, size, buffer, from, to, protocol);

    if (!other || status != EFI_SUCCESS)
        return status;
    if (frames_left == 0)
        return EFI_NOT_READY;
    frames_left--;
    return status;
}

/* The number behind the last '=' of the load options. */
static UINT64 number(const EFI_LOADED_IMAGE *loaded)
{
    const CHAR16 *text = loaded->LoadOptions;
    UINT64 value = 0;

    for (UINTN i = 0; i < loaded->LoadOptionsSize / 2 && text[i] != 0; i++) {
        if (text[i] == '=')
            value = 0;
        else if (text[i] >= '0' && text[i] <= '9')
            value = value * 10 + (UINT64)(text[i] - '0');
    }
    return value;
}

/* The firmware takes this program's memory back when it returns. */
static UINT8 *copy_of(EFI_BOOT_SERVICES *bs, const EFI_LOADED_IMAGE *loaded)
{
    EFI_PHYSICAL_ADDRESS at = 0;
    UINTN pages = loaded->ImageSize / 4096 + 1;

    if (EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiBootServicesCode, pages, &at)))
        return NULL;
    bs->CopyMem((void *)(UINTN)at, loaded->ImageBase, loaded->ImageSize);
    return (UINT8 *)(UINTN)at;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    EFI_BOOT_SERVICES *bs = system_table->BootServices;
    EFI_LOADED_IMAGE *loaded, *starter;
    EFI_HANDLE *handles;
    UINT8 *copy;
    UINTN count;

    if (EFI_ERROR(bs->HandleProtocol(image, &loaded_image_guid, (void **)&loaded)) ||
        EFI_ERROR(
            bs->HandleProtocol(loaded->ParentHandle, &loaded_image_guid, (void **)&starter)) ||
        EFI_ERROR(bs->LocateHandleBuffer(ByProtocol, &snp_guid, NULL, &count, &handles)))
        return EFI_NOT_FOUND;
    starter_base = (UINTN)starter->ImageBase;
    starter_bytes = starter->ImageSize;
    frames_left = number(loaded);
    for (UINTN i = 0; i < count; i++) {
        EFI_SIMPLE_NETWORK *snp;

        if (EFI_ERROR(bs->HandleProtocol(handles[i], &snp_guid, (void **)&snp)) ||
            (UINTN)snp->Receive - starter_base < starter_bytes)
            continue;
        /* The firmware's PXE driver offers the same device once more. */
        if (real_receive != NULL)
            continue;
        real_receive = snp->Receive;
        if ((copy = copy_of(bs, loaded)) == NULL)
            return EFI_OUT_OF_RESOURCES;
        snp->Receive =
            (EFI_SIMPLE_NETWORK_RECEIVE)(copy + ((UINTN)receive - (UINTN)loaded->ImageBase));
    }
    return real_receive != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
}
