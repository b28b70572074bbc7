#include "start.h"

#include "output.h"

#define MAP_BYTES 65536
/* OVMF's network drivers take 15 pages up to 0.8 s after they were given the device back. */
#define REST_MS 2000

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;

static void say_memory(EFI_BOOT_SERVICES *bs, const char *when)
{
    static UINT8 map[MAP_BYTES] __attribute__((aligned(8)));
    UINTN size = sizeof(map), key, descriptor_size;
    UINT64 pages[EfiMaxMemoryType] = { 0 };
    UINT32 version;

    if (EFI_ERROR(bs->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &descriptor_size,
                                   &version))) {
        say("no memory map");
        return;
    }
    for (UINTN at = 0; at + descriptor_size <= size; at += descriptor_size) {
        const EFI_MEMORY_DESCRIPTOR *region = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

        if (region->Type < EfiMaxMemoryType)
            pages[region->Type] += region->NumberOfPages;
    }
    say("memory %s: loader code %u, loader data %u, boot code %u, boot data %u, free %u", when,
        pages[EfiLoaderCode], pages[EfiLoaderData], pages[EfiBootServicesCode],
        pages[EfiBootServicesData], pages[EfiConventionalMemory]);
}

static UINTN bytes_of(const CHAR16 *text)
{
    UINTN length = 0;

    while (text[length] != 0)
        length++;
    return (length + 1) * sizeof(CHAR16);
}

void start_repeatedly(EFI_HANDLE image, EFI_BOOT_SERVICES *bs, UINTN size, void *application,
                      const CHAR16 *options, UINT64 rounds)
{
    bs->Stall(REST_MS * 1000);
    for (UINT64 round = 0; round < rounds; round++) {
        EFI_LOADED_IMAGE *loaded;
        EFI_HANDLE handle = NULL;
        EFI_STATUS status;

        say_memory(bs, "before");
        status = bs->LoadImage(FALSE, image, NULL, application, size, &handle);
        if (!EFI_ERROR(status))
            status = bs->HandleProtocol(handle, &loaded_image_guid, (void **)&loaded);
        if (EFI_ERROR(status)) {
            say("cannot load: %x", (UINT64)status);
            return;
        }
        loaded->LoadOptions = (void *)(UINTN)options;
        loaded->LoadOptionsSize = (UINT32)bytes_of(options);
        status = bs->StartImage(handle, NULL, NULL);
        say("it ended with %x", (UINT64)status);
        bs->Stall(REST_MS * 1000);
        say_memory(bs, "after");
    }
}
