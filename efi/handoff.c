#include "handoff.h"

#include "../payload/utf16.h"
#include "memory.h"
#include "status-code.h"

/*
 * LoadImage wants to know where an image came from, for its logs and its policy: memory.
 * A network path would let the firmware reason about a file that it did not fetch.
 */
struct memory_path {
    MEMMAP_DEVICE_PATH memory;
    EFI_DEVICE_PATH end;
} __attribute__((packed));

static struct memory_path memory_path_of(struct bytes bytes)
{
    uintptr_t start = (uintptr_t)bytes.data;

    return (struct memory_path){
        .memory = {
            .Header = { HARDWARE_DEVICE_PATH, HW_MEMMAP_DP, { sizeof(MEMMAP_DEVICE_PATH), 0 } },
            .MemoryType = EfiLoaderData,
            .StartingAddress = start,
            .EndingAddress = start + bytes.size - 1,
        },
        .end = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
                 { sizeof(EFI_DEVICE_PATH), 0 } },
    };
}

/* UTF-16 never has more units than UTF-8 has bytes; 2 more for the NUL and the converter. */
static enum status set_options(const struct handoff *handoff, struct handoff_image *image)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;
    struct bytes rest = handoff->cmdline;
    size_t most = handoff->cmdline.size + 2, units;
    void *memory = NULL;

    if (handoff->services->AllocatePool(EfiLoaderData, most * sizeof(CHAR16), &memory) !=
        EFI_SUCCESS)
        return STATUS_OUT_OF_MEMORY;
    image->options = memory;
    units = utf16_from_utf8(&rest, image->options, most);
    image->options[units] = 0;
    if (handoff->services->HandleProtocol(image->handle, &guid, (void **)&loaded) != EFI_SUCCESS)
        return STATUS_HANDOFF_REFUSED;
    loaded->LoadOptions = image->options;
    loaded->LoadOptionsSize = (UINT32)((units + 1) * sizeof(CHAR16));
    return STATUS_OK;
}

enum status handoff_load(const struct handoff *handoff, struct text *detail,
                         struct handoff_image *ret_image)
{
    struct handoff_image image = { .services = handoff->services };
    struct memory_path path = memory_path_of(handoff->kernel);
    EFI_STATUS status;
    enum status st;

    status = handoff->services->LoadImage(FALSE, handoff->agent, &path.memory.Header,
                                          (void *)(uintptr_t)handoff->kernel.data,
                                          handoff->kernel.size, &image.handle);
    if (status != EFI_SUCCESS) {
        text_add_efi_status(detail, "LoadImage:", status);
        /* A violation leaves the image loaded but not startable. */
        if (status == EFI_SECURITY_VIOLATION)
            handoff->services->UnloadImage(image.handle);
        if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED)
            return STATUS_HANDOFF_UNTRUSTED;
        return status == EFI_OUT_OF_RESOURCES ? STATUS_OUT_OF_MEMORY : STATUS_HANDOFF_REFUSED;
    }
    st = set_options(handoff, &image);
    if (st) {
        handoff_unload(&image);
        return st;
    }
    *ret_image = image;
    return STATUS_OK;
}

enum status handoff_start(struct handoff_image *image, struct text *detail)
{
    struct memory_map before = memory_map_take(image->services);
    UINTN exit_bytes = 0;
    CHAR16 *exit_text = NULL;
    EFI_STATUS status = image->services->StartImage(image->handle, &exit_bytes, &exit_text);

    /* x86's stub keeps the kernel that it has unpacked when it gives up: 50 MiB and more. */
    memory_reclaim_code(&before);
    memory_map_release(&before);
    /* The firmware has unloaded the application when it returned. */
    image->handle = NULL;
    if (exit_text)
        image->services->FreePool(exit_text);
    handoff_unload(image);
    text_add_efi_status(detail, "it ended with", status);
    return status == EFI_OUT_OF_RESOURCES ? STATUS_HANDOFF_MEMORY : STATUS_HANDOFF_RETURNED;
}

void handoff_unload(struct handoff_image *image)
{
    if (image->handle)
        image->services->UnloadImage(image->handle);
    if (image->options)
        image->services->FreePool(image->options);
    *image = (struct handoff_image){ .services = image->services };
}
