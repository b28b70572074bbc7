#include "memory.h"

/* Room for what making room for the map adds to it. */
#define SPARE_DESCRIPTORS 8

struct memory_map memory_map_take(EFI_BOOT_SERVICES *services)
{
    struct memory_map map = { .services = services };
    UINTN key;
    UINT32 version;

    if (services->GetMemoryMap(&map.size_bytes, NULL, &key, &map.descriptor_bytes, &version) !=
        EFI_BUFFER_TOO_SMALL)
        return map;
    map.size_bytes += SPARE_DESCRIPTORS * map.descriptor_bytes;
    if (services->AllocatePool(EfiLoaderData, map.size_bytes, &map.data) != EFI_SUCCESS) {
        map.data = NULL;
        return map;
    }
    if (services->GetMemoryMap(&map.size_bytes, map.data, &key, &map.descriptor_bytes, &version) !=
        EFI_SUCCESS)
        memory_map_release(&map);
    return map;
}

void memory_map_release(struct memory_map *map)
{
    if (map->data)
        map->services->FreePool(map->data);
    map->data = NULL;
}

/* The region at an offset, which is moved behind it; NULL at the end. */
static const EFI_MEMORY_DESCRIPTOR *next_region(const struct memory_map *map, UINTN *offset)
{
    UINTN at = *offset;

    if (!map->data || at >= map->size_bytes)
        return NULL;
    *offset += map->descriptor_bytes;
    return (const EFI_MEMORY_DESCRIPTOR *)((const uint8_t *)map->data + at);
}

struct memory memory_look(EFI_BOOT_SERVICES *services)
{
    struct memory_map map = memory_map_take(services);
    struct memory memory = { .known = map.data };
    const EFI_MEMORY_DESCRIPTOR *region;

    for (UINTN at = 0; (region = next_region(&map, &at));) {
        uint64_t size_bytes = region->NumberOfPages * PAGE_BYTES;

        if (region->Type != EfiConventionalMemory)
            continue;
        memory.free_bytes += size_bytes;
        if (size_bytes > memory.largest_bytes)
            memory.largest_bytes = size_bytes;
    }
    memory_map_release(&map);
    return memory;
}

uint32_t memory_type_at(EFI_BOOT_SERVICES *services, const void *address)
{
    struct memory_map map = memory_map_take(services);
    uint32_t type = EfiMaxMemoryType;
    const EFI_MEMORY_DESCRIPTOR *region;

    for (UINTN at = 0; (region = next_region(&map, &at));)
        if ((uintptr_t)address - region->PhysicalStart < region->NumberOfPages * PAGE_BYTES)
            type = region->Type;
    memory_map_release(&map);
    return type;
}

void memory_describe(const struct memory *memory, struct text *text)
{
    text_add_size(text, memory->free_bytes);
    text_add(text, " free, the largest block ");
    text_add_size(text, memory->largest_bytes);
}

/* What two regions have in common. */
static void free_common(EFI_BOOT_SERVICES *services, const EFI_MEMORY_DESCRIPTOR *a,
                        const EFI_MEMORY_DESCRIPTOR *b)
{
    uint64_t a_end = a->PhysicalStart + a->NumberOfPages * PAGE_BYTES;
    uint64_t b_end = b->PhysicalStart + b->NumberOfPages * PAGE_BYTES;
    uint64_t start = a->PhysicalStart > b->PhysicalStart ? a->PhysicalStart : b->PhysicalStart;
    uint64_t end = a_end < b_end ? a_end : b_end;

    if (start < end)
        services->FreePages(start, (end - start) / PAGE_BYTES);
}

void memory_reclaim_code(const struct memory_map *before)
{
    struct memory_map now = { .data = NULL };
    const EFI_MEMORY_DESCRIPTOR *code, *was;

    if (before->data)
        now = memory_map_take(before->services);
    for (UINTN i = 0; (code = next_region(&now, &i));) {
        if (code->Type != EfiLoaderCode)
            continue;
        for (UINTN j = 0; (was = next_region(before, &j));)
            if (was->Type == EfiConventionalMemory)
                free_common(before->services, code, was);
    }
    memory_map_release(&now);
}
