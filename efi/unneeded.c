#include "unneeded.h"

#include "memory.h"

/* All that is kept is at most this part of what is free, and what is wanted in one piece at most
 * that part of the largest one. */
#define KEPT_DIVISOR   8
#define WANTED_DIVISOR 4

void unneeded_add(struct unneeded *unneeded, struct pages *pages)
{
    uint64_t bytes = unneeded->bytes + pages->capacity_bytes;

    if (!pages->data)
        return;
    if (unneeded->count == UNNEEDED_MOST ||
        bytes > memory_look(pages->services).free_bytes / KEPT_DIVISOR) {
        pages_free(pages);
        return;
    }
    unneeded->pages[unneeded->count++] = *pages;
    unneeded->bytes = bytes;
    *pages = (struct pages){ 0 };
}

void unneeded_make_room(struct unneeded *unneeded, uint64_t wanted_bytes)
{
    EFI_BOOT_SERVICES *services = unneeded->pages[0].services;

    if (unneeded->count > 0 && wanted_bytes > memory_look(services).largest_bytes / WANTED_DIVISOR)
        unneeded_free(unneeded);
}

void unneeded_free(struct unneeded *unneeded)
{
    for (size_t i = 0; i < unneeded->count; i++)
        pages_free(&unneeded->pages[i]);
    *unneeded = (struct unneeded){ .count = 0 };
}
