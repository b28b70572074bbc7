#include "links.h"

#define PLACES_FIRST ((size_t)256)

/* Multiplying by an odd number spreads counting inode numbers over the upper bits. */
static size_t place_of(const struct links *links, uint64_t file, uint64_t device)
{
    uint64_t mixed = (file ^ device << 17) * UINT64_C(0x9E3779B97F4A7C15);

    return (size_t)(mixed >> 32) & (links->places - 1);
}

static struct link *look_up(const struct links *links, uint64_t file, uint64_t device)
{
    size_t place = place_of(links, file, device);

    while (links->table[place].path &&
           (links->table[place].file[0] != file || links->table[place].file[1] != device))
        place = (place + 1) & (links->places - 1);
    return &links->table[place];
}

const char *links_find(const struct links *links, uint64_t file, uint64_t device)
{
    return links->used > 0 ? look_up(links, file, device)->path : NULL;
}

/* Never more than half full, so that searching ends soon. */
static bool grow(struct links *links)
{
    struct links grown = { .arena = links->arena,
                           .places = links->places ? links->places * 2 : PLACES_FIRST };

    grown.table = arena_take(links->arena, grown.places * sizeof(struct link));
    if (!grown.table)
        return false;
    for (size_t i = 0; i < links->places; i++) {
        struct link *link = &links->table[i];

        if (link->path)
            *look_up(&grown, link->file[0], link->file[1]) = *link;
    }
    grown.used = links->used;
    *links = grown;
    return true;
}

bool links_add(struct links *links, uint64_t file, uint64_t device, const char *path)
{
    if (links->used >= links->places / 2 && !grow(links))
        return false;
    *look_up(links, file, device) = (struct link){ { file, device }, path };
    links->used++;
    return true;
}

void links_clear(struct links *links)
{
    if (links->used > 0)
        memset(links->table, 0, links->places * sizeof(struct link));
    links->used = 0;
}
