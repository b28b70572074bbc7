#include "pages.h"

/* The first allocation when the source doesn't say how much comes. */
#define FIRST_BYTES (1024 * 1024)

enum status pages_allocate(struct pages *pages, EFI_BOOT_SERVICES *services, uint64_t size_bytes)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    uint64_t count = size_bytes / PAGE_BYTES + (size_bytes % PAGE_BYTES != 0);

    pages_free(pages);
    if (count == 0)
        count = 1;
    if (services->AllocatePages(AllocateAnyPages, EfiLoaderData, count, &address) != EFI_SUCCESS)
        return STATUS_OUT_OF_MEMORY;
    *pages = (struct pages){ services, (uint8_t *)(uintptr_t)address, count * PAGE_BYTES };
    return STATUS_OK;
}

void pages_free(struct pages *pages)
{
    if (pages->data)
        pages->services->FreePages((uintptr_t)pages->data, pages->capacity_bytes / PAGE_BYTES);
    *pages = (struct pages){ 0 };
}

static enum status too_large(struct pages_sink *sink, uint64_t found_bytes)
{
    text_add(sink->detail, "expected at most ");
    text_add_u64(sink->detail, sink->limit_bytes);
    text_add(sink->detail, " bytes, found ");
    text_add_u64(sink->detail, found_bytes);
    return STATUS_BLOB_TOO_LARGE;
}

static enum status out_of_memory(struct pages_sink *sink, uint64_t wanted_bytes)
{
    text_add_size(sink->detail, wanted_bytes);
    text_add(sink->detail, " of contiguous memory wanted");
    return STATUS_OUT_OF_MEMORY;
}

static enum status make_room(struct pages_sink *sink, uint64_t size_bytes)
{
    uint64_t first_bytes = size_bytes == SINK_SIZE_UNKNOWN ? FIRST_BYTES : size_bytes;

    sink->size_bytes = 0;
    if (size_bytes != SINK_SIZE_UNKNOWN && size_bytes > sink->limit_bytes)
        return too_large(sink, size_bytes);
    if (first_bytes <= sink->pages->capacity_bytes)
        return STATUS_OK;
    if (pages_allocate(sink->pages, sink->services, first_bytes))
        return out_of_memory(sink, first_bytes);
    return STATUS_OK;
}

static enum status begin(struct sink *base, uint64_t size_bytes)
{
    struct pages_sink *sink = (struct pages_sink *)base;
    enum status st = make_room(sink, size_bytes);

    return st || !sink->also ? st : sink->also->begin(sink->also, size_bytes);
}

/* Moves what there is into twice the room, or as much as is needed. */
static enum status grow(struct pages_sink *sink, uint64_t needed_bytes)
{
    struct pages larger = { 0 };
    uint64_t wanted_bytes = sink->pages->capacity_bytes * 2;

    if (wanted_bytes < needed_bytes)
        wanted_bytes = needed_bytes;
    if (pages_allocate(&larger, sink->services, wanted_bytes))
        return out_of_memory(sink, wanted_bytes);
    memcpy(larger.data, sink->pages->data, sink->size_bytes);
    pages_free(sink->pages);
    *sink->pages = larger;
    return STATUS_OK;
}

static enum status write(struct sink *base, struct bytes bytes)
{
    struct pages_sink *sink = (struct pages_sink *)base;

    if (bytes.size > sink->limit_bytes || sink->size_bytes > sink->limit_bytes - bytes.size)
        return too_large(sink, sink->size_bytes + bytes.size);
    if (bytes.size > sink->pages->capacity_bytes - sink->size_bytes) {
        enum status st = grow(sink, sink->size_bytes + bytes.size);

        if (st)
            return st;
    }
    /* What has been put where it belongs is not copied. */
    if (bytes.data != sink->pages->data + sink->size_bytes)
        memcpy(sink->pages->data + sink->size_bytes, bytes.data, bytes.size);
    sink->size_bytes += bytes.size;
    return sink->also ? sink->also->write(sink->also, bytes) : STATUS_OK;
}

static enum status finish(struct sink *base)
{
    struct pages_sink *sink = (struct pages_sink *)base;

    return sink->also ? sink->also->finish(sink->also) : STATUS_OK;
}

void pages_sink_init(struct pages_sink *sink, struct pages *pages, EFI_BOOT_SERVICES *services,
                     uint64_t limit_bytes, struct text *detail)
{
    *sink = (struct pages_sink){
        .sink = { begin, write, finish },
        .pages = pages,
        .services = services,
        .detail = detail,
        .limit_bytes = limit_bytes,
    };
}

struct bytes pages_sink_bytes(const struct pages_sink *sink)
{
    return (struct bytes){ sink->pages->data, sink->size_bytes };
}
