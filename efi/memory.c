#include "memory.h"

/* Room for what making room for the map adds to it. */
#define SPARE_DESCRIPTORS 8

static void add_region(struct memory *memory, const EFI_MEMORY_DESCRIPTOR *region)
{
    uint64_t size_bytes = region->NumberOfPages * PAGE_BYTES;

    if (region->Type != EfiConventionalMemory)
        return;
    memory->free_bytes += size_bytes;
    if (size_bytes > memory->largest_bytes)
        memory->largest_bytes = size_bytes;
}

struct memory memory_look(EFI_BOOT_SERVICES *services)
{
    struct memory memory = { .known = false };
    UINTN map_bytes = 0, key, descriptor_bytes = 0;
    UINT32 version;
    void *map = NULL;

    if (services->GetMemoryMap(&map_bytes, NULL, &key, &descriptor_bytes, &version) !=
        EFI_BUFFER_TOO_SMALL)
        return memory;
    map_bytes += SPARE_DESCRIPTORS * descriptor_bytes;
    if (services->AllocatePool(EfiLoaderData, map_bytes, &map) != EFI_SUCCESS)
        return memory;
    memory.known =
        services->GetMemoryMap(&map_bytes, map, &key, &descriptor_bytes, &version) == EFI_SUCCESS;
    for (UINTN at = 0; memory.known && at < map_bytes; at += descriptor_bytes)
        add_region(&memory, (const EFI_MEMORY_DESCRIPTOR *)((const uint8_t *)map + at));
    services->FreePool(map);
    return memory;
}

void memory_describe(const struct memory *memory, struct text *text)
{
    text_add_size(text, memory->free_bytes);
    text_add(text, " free, the largest block ");
    text_add_size(text, memory->largest_bytes);
}
