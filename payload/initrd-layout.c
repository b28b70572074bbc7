#include "initrd-layout.h"

static enum status add(struct initrd_layout *layout, struct initrd_part part, bool padded)
{
    if (part.size_bytes == 0)
        return STATUS_OK;
    if (layout->count == ARRAY_LENGTH(layout->parts) ||
        part.size_bytes > UINT64_MAX - INITRD_ALIGNMENT ||
        layout->size_bytes > UINT64_MAX - INITRD_ALIGNMENT - part.size_bytes)
        return STATUS_BLOB_TOO_LARGE;
    part.offset = layout->size_bytes;
    if (layout->padded)
        part.offset += -part.offset % INITRD_ALIGNMENT;
    layout->parts[layout->count++] = part;
    layout->size_bytes = part.offset + part.size_bytes;
    layout->padded = padded;
    return STATUS_OK;
}

enum status initrd_layout_add(struct initrd_layout *layout, struct bytes bytes, bool padded)
{
    return add(layout,
               (struct initrd_part){
                   .size_bytes = bytes.size, .data = bytes.data, .file = INITRD_NO_FILE },
               padded);
}

enum status initrd_layout_add_file(struct initrd_layout *layout, size_t file, uint64_t file_offset,
                                   uint64_t size_bytes, bool padded)
{
    return add(
        layout,
        (struct initrd_part){ .size_bytes = size_bytes, .file = file, .file_offset = file_offset },
        padded);
}

uint64_t initrd_layout_file_offset(const struct initrd_layout *layout, size_t file)
{
    const struct initrd_part *last = NULL;

    for (size_t i = 0; i < layout->count; i++)
        if (layout->parts[i].file == file)
            last = &layout->parts[i];
    /* Not below zero: the parts in front of it in the file are in front of it here, too. */
    return last ? last->offset - last->file_offset : 0;
}

void initrd_layout_settle(const struct initrd_layout *layout, size_t file, struct buffer to)
{
    uint64_t start = initrd_layout_file_offset(layout, file);

    /* From the first to the last, and never upwards: no part is overwritten before its turn. */
    for (size_t i = 0; i < layout->count; i++) {
        const struct initrd_part *part = &layout->parts[i];
        uint64_t from = start + part->file_offset;

        if (part->file == file && from != part->offset)
            memmove(to.data + part->offset, to.data + from, (size_t)part->size_bytes);
    }
}

void initrd_layout_write(const struct initrd_layout *layout, struct buffer to)
{
    for (size_t i = 0; i < layout->count; i++) {
        const struct initrd_part *part = &layout->parts[i];
        uint64_t end = part->offset + part->size_bytes;
        uint64_t next = i + 1 < layout->count ? part[1].offset : layout->size_bytes;

        if (part->data)
            memcpy(to.data + part->offset, part->data, (size_t)part->size_bytes);
        memset(to.data + end, 0, (size_t)(next - end));
    }
}
