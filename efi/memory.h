/* What the firmware's memory map says (UEFI 2.10 section 7.2). */
#ifndef EFI_MEMORY_H
#define EFI_MEMORY_H

#include "../payload/text.h"
#include "efi.h"

struct memory {
    bool known; /* the firmware told; else the rest is 0 */
    uint64_t free_bytes;
    uint64_t largest_bytes; /* of one contiguous piece */
};

/* How much is left. */
struct memory memory_look(EFI_BOOT_SERVICES *services);

/* The EFI_MEMORY_TYPE of an address; EfiMaxMemoryType when the firmware does not tell. */
uint32_t memory_type_at(EFI_BOOT_SERVICES *services, const void *address);

/* Adds "312.4 MiB free, the largest block 280.0 MiB". */
void memory_describe(const struct memory *memory, struct text *text);

/* The map at some moment. */
struct memory_map {
    EFI_BOOT_SERVICES *services;
    void *data; /* pool memory; NULL: there is none */
    UINTN size_bytes;
    UINTN descriptor_bytes;
};

/* Without a map where the firmware does not give one; memory_map_release in any case. */
struct memory_map memory_map_take(EFI_BOOT_SERVICES *services);
void memory_map_release(struct memory_map *map);

/*
 * Frees what an application that has returned left behind as EfiLoaderCode: all of that type now
 * which was free before it was started. Nothing else gets memory of that type meanwhile, unless
 * it loads an application. Memory of other types may be in use still, such as by configuration
 * tables that it has installed. before: may have no map; then nothing is freed.
 */
void memory_reclaim_code(const struct memory_map *before);

#endif
