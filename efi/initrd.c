#include "initrd.h"

#include "status-code.h"

#define LINUX_EFI_INITRD_MEDIA_GUID                        \
    {                                                      \
        0x5568e427, 0x68fc, 0x4f3d,                        \
        {                                                  \
            0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 \
        }                                                  \
    }

/* The device path that the kernel's stub looks for: one vendor media node and the end. */
static const struct initrd_device_path initrd_path = {
    .vendor = {
        .Header = { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, { sizeof(VENDOR_DEVICE_PATH), 0 } },
        .Guid = LINUX_EFI_INITRD_MEDIA_GUID,
    },
    .end = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, { sizeof(EFI_DEVICE_PATH), 0 } },
};

/* The stub calls twice: without a buffer to learn the size, then with one. */
static EFI_STATUS EFIAPI load_file(struct load_file2_protocol *protocol, EFI_DEVICE_PATH *file_path,
                                   BOOLEAN boot_policy, UINTN *buffer_bytes, VOID *buffer)
{
    struct initrd *initrd = (struct initrd *)protocol;

    if (!protocol || !buffer_bytes || !file_path)
        return EFI_INVALID_PARAMETER;
    if (boot_policy)
        return EFI_UNSUPPORTED;
    if (initrd->size_bytes == 0)
        return EFI_NOT_FOUND;
    if (!buffer || *buffer_bytes < initrd->size_bytes) {
        *buffer_bytes = initrd->size_bytes;
        return EFI_BUFFER_TOO_SMALL;
    }
    initrd->failure = initrd->load(initrd->context, (struct buffer){ buffer, initrd->size_bytes });
    if (initrd->failure)
        return EFI_LOAD_ERROR;
    *buffer_bytes = initrd->size_bytes;
    return EFI_SUCCESS;
}

static enum status refused(struct text *detail, const char *step, EFI_STATUS status)
{
    text_add(detail, step);
    text_add_efi_status(detail, " failed with", status);
    return STATUS_HANDOFF_INITRD;
}

/* The handle that already has a LoadFile2 for the initrd, or NULL. */
static EFI_HANDLE occupied(struct initrd *initrd)
{
    EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID_VALUE;
    EFI_DEVICE_PATH *path = &initrd->path.vendor.Header;
    EFI_HANDLE handle = NULL;

    if (initrd->services->LocateDevicePath(&guid, &path, &handle) != EFI_SUCCESS)
        return NULL;
    /* A handle whose path is only the start of ours would leave nodes over. */
    return path->Type == END_DEVICE_PATH_TYPE ? handle : NULL;
}

/* Puts ours, or nothing when the kernel is to get no initrd, in place of another's. */
static enum status replace(struct initrd *initrd, struct text *detail)
{
    EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID_VALUE;
    EFI_BOOT_SERVICES *services = initrd->services;
    EFI_STATUS status = services->HandleProtocol(initrd->handle, &guid, (void **)&initrd->replaced);

    if (status != EFI_SUCCESS)
        return refused(detail, "finding the initrd that is already offered", status);
    if (initrd->size_bytes == 0)
        status = services->UninstallProtocolInterface(initrd->handle, &guid, initrd->replaced);
    else
        status = services->ReinstallProtocolInterface(initrd->handle, &guid, initrd->replaced,
                                                      &initrd->protocol);
    if (status != EFI_SUCCESS)
        return refused(detail, "replacing the initrd that is already offered", status);
    return STATUS_OK;
}

static enum status install(struct initrd *initrd, struct text *detail)
{
    EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID_VALUE;
    EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_STATUS status = initrd->services->InstallMultipleProtocolInterfaces(
        &initrd->handle, &path_guid, &initrd->path, &guid, &initrd->protocol, NULL);

    if (status != EFI_SUCCESS)
        return refused(detail, "offering the initrd", status);
    return STATUS_OK;
}

enum status initrd_offer(struct initrd *initrd, EFI_BOOT_SERVICES *services, struct text *detail)
{
    enum status st = STATUS_OK;

    initrd->services = services;
    initrd->failure = STATUS_OK;
    initrd->protocol.load_file = load_file;
    initrd->path = initrd_path;
    initrd->replaced = NULL;
    initrd->handle = occupied(initrd);
    if (initrd->handle)
        st = replace(initrd, detail);
    else if (initrd->size_bytes > 0)
        st = install(initrd, detail);
    if (st)
        initrd->handle = NULL;
    return st;
}

void initrd_withdraw(struct initrd *initrd)
{
    EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID_VALUE;
    EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

    if (!initrd->handle)
        return;
    if (!initrd->replaced)
        initrd->services->UninstallMultipleProtocolInterfaces(
            initrd->handle, &path_guid, &initrd->path, &guid, &initrd->protocol, NULL);
    else if (initrd->size_bytes == 0)
        initrd->services->InstallProtocolInterface(&initrd->handle, &guid, EFI_NATIVE_INTERFACE,
                                                   initrd->replaced);
    else
        initrd->services->ReinstallProtocolInterface(initrd->handle, &guid, &initrd->protocol,
                                                     initrd->replaced);
    initrd->handle = NULL;
    initrd->replaced = NULL;
}
