#include "source.h"

#include "system.h"

/* What is mapped at once begins with a whole page, whatever its size is on this machine. */
#define ALIGNMENT    ((uint64_t)64 << 10)
#define WINDOW_BYTES ((uint64_t)2 << 20)

_Static_assert(WINDOW_BYTES - ALIGNMENT >= SOURCE_LEAST_MAX,
               "a window has room for what may be asked");

void source_begin(struct source *source, int file, uint64_t size_bytes)
{
    *source = (struct source){ .file = file, .size_bytes = size_bytes };
}

static void unmap_window(struct source *source)
{
    if (source->window.size > 0)
        system_unmap(source->window.data, source->window.size);
}

void source_end(struct source *source)
{
    unmap_window(source);
    system_close(source->file);
}

/* Gives back the pages of what has been taken, and maps what comes behind. */
static void move_window(struct source *source)
{
    uint64_t offset = source_offset(source), start = offset & ~(ALIGNMENT - 1);
    uint64_t old_start = source->mapped_bytes - source->window.size;
    uint64_t left = source->size_bytes - start;
    size_t size = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
    const uint8_t *data;

    unmap_window(source);
    source->window = source->ready = (struct bytes){ NULL, 0 };
    source->mapped_bytes = offset;
    if (start > old_start)
        (void)system_punch(source->file, old_start, start - old_start);
    data = system_map(source->file, start, size);
    if (!data) {
        source->error = -ENOMEM;
        return;
    }
    source->window = (struct bytes){ data, size };
    source->ready = bytes_from(source->window, (size_t)(offset - start));
    source->mapped_bytes = start + size;
}

struct bytes source_peek(struct source *source, size_t least)
{
    if (source->ready.size < least && source->mapped_bytes < source->size_bytes && !source->error)
        move_window(source);
    return source->ready;
}

void source_take(struct source *source, size_t size)
{
    source->ready = bytes_from(source->ready, size);
}
