#include "snp-find.h"

#include "device-path.h"

static void connect_all(EFI_BOOT_SERVICES *services)
{
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;

    if (services->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles) != EFI_SUCCESS)
        return;
    /* Most handles have no driver and say so: there is nothing to check. */
    for (UINTN i = 0; i < count; i++)
        services->ConnectController(handles[i], NULL, NULL, TRUE);
    services->FreePool(handles);
}

static EFI_SIMPLE_NETWORK *snp_of(EFI_BOOT_SERVICES *services, EFI_HANDLE handle)
{
    EFI_GUID guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    void *snp = NULL;

    return services->HandleProtocol(handle, &guid, &snp) == EFI_SUCCESS ? snp : NULL;
}

static bool same_address(EFI_BOOT_SERVICES *services, EFI_HANDLE a, EFI_HANDLE b)
{
    EFI_SIMPLE_NETWORK *snp_a = snp_of(services, a), *snp_b = snp_of(services, b);

    return snp_a && snp_b &&
           memcmp(&snp_a->Mode->CurrentAddress, &snp_b->Mode->CurrentAddress,
                  sizeof(EFI_MAC_ADDRESS)) == 0;
}

/*
 * The firmware's PXE and HTTP drivers put the SNP of a card on handles of their own as well,
 * below the card's, which vanish with those drivers: of one card only the shortest path counts.
 */
static void keep_one_of_each_card(EFI_BOOT_SERVICES *services, struct snp_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        for (size_t j = i + 1; j < choice->count;) {
            EFI_HANDLE a = choice->handles[i], b = choice->handles[j];

            if (!same_address(services, a, b)) {
                j++;
                continue;
            }
            if (device_path_length(device_path_of(services, b)) <
                device_path_length(device_path_of(services, a)))
                choice->handles[i] = b;
            choice->handles[j] = choice->handles[--choice->count];
        }
    }
}

static void find_all(EFI_BOOT_SERVICES *services, struct snp_choice *choice)
{
    EFI_GUID guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;

    choice->count = 0;
    if (services->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles) != EFI_SUCCESS)
        return;
    for (UINTN i = 0; i < count && choice->count < SNP_MOST; i++)
        choice->handles[choice->count++] = handles[i];
    services->FreePool(handles);
}

static void choose(struct snp_choice *choice, EFI_HANDLE handle)
{
    choice->handles[0] = handle;
    choice->count = 1;
    choice->exact = true;
}

void snp_find(EFI_BOOT_SERVICES *services, EFI_HANDLE image_device, struct snp_choice *ret_choice)
{
    const EFI_DEVICE_PATH *image_path = device_path_of(services, image_device);
    EFI_HANDLE longest = NULL;
    size_t longest_bytes = 0;

    *ret_choice = (struct snp_choice){ .count = 0 };
    find_all(services, ret_choice);
    for (size_t i = 0; i < ret_choice->count; i++) {
        EFI_HANDLE handle = ret_choice->handles[i];
        const EFI_DEVICE_PATH *path = device_path_of(services, handle);

        if (handle == image_device) {
            choose(ret_choice, handle);
            return;
        }
        if (device_path_starts_with(image_path, path) && device_path_length(path) > longest_bytes) {
            longest = handle;
            longest_bytes = device_path_length(path);
        }
    }
    if (longest) {
        choose(ret_choice, longest);
        return;
    }
    if (ret_choice->count == 0) {
        connect_all(services);
        find_all(services, ret_choice);
    }
    keep_one_of_each_card(services, ret_choice);
}

bool snp_belongs_to(EFI_BOOT_SERVICES *services, const EFI_SIMPLE_NETWORK *snp, EFI_HANDLE image)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded = NULL;

    return image && services->HandleProtocol(image, &guid, (void **)&loaded) == EFI_SUCCESS &&
           (uintptr_t)snp->Transmit - (uintptr_t)loaded->ImageBase < loaded->ImageSize;
}

EFI_SIMPLE_NETWORK *snp_find_underneath(EFI_BOOT_SERVICES *services, EFI_HANDLE handle,
                                        EFI_HANDLE image)
{
    const EFI_DEVICE_PATH *path = device_path_of(services, handle);
    EFI_SIMPLE_NETWORK *found = NULL;
    size_t found_bytes = 0;
    struct snp_choice all;

    find_all(services, &all);
    for (size_t i = 0; i < all.count; i++) {
        EFI_SIMPLE_NETWORK *snp = snp_of(services, all.handles[i]);
        const EFI_DEVICE_PATH *above = device_path_of(services, all.handles[i]);

        if (!snp || !same_address(services, all.handles[i], handle) ||
            !device_path_starts_with(path, above) || device_path_length(above) <= found_bytes ||
            snp_belongs_to(services, snp, image))
            continue;
        found = snp;
        found_bytes = device_path_length(above);
    }
    return found;
}
