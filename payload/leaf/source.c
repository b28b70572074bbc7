#include "source.h"

#include "system.h"

#define BUFFER_BYTES  ((size_t)512 << 10)
#define RELEASE_BYTES ((uint64_t)2 << 20)

_Static_assert(BUFFER_BYTES >= 2 * SOURCE_LEAST_MAX, "a buffer has room for what may be asked");

bool source_begin(struct source *source, struct arena *arena, int file, uint64_t size_bytes)
{
    if (source->buffer.size == 0)
        source->buffer = (struct buffer){ arena_take(arena, BUFFER_BYTES), BUFFER_BYTES };
    *source = (struct source){ .file = file, .size_bytes = size_bytes, .buffer = source->buffer };
    return source->buffer.data != NULL;
}

/* Gives back the pages of what has been read. */
static void release(struct source *source)
{
    uint64_t end = source->read_bytes & ~(RELEASE_BYTES - 1);

    if (end > source->released_bytes)
        (void)system_punch(source->file, source->released_bytes, end - source->released_bytes);
    source->released_bytes = end;
}

struct bytes source_peek(struct source *source, size_t least)
{
    if (source->ready.size < least && source->read_bytes < source->size_bytes && !source->error) {
        uint8_t *data = source->buffer.data;
        int64_t got;

        if (source->ready.size > 0)
            memmove(data, source->ready.data, source->ready.size);
        source->ready.data = data;
        got = system_read_at(source->file, data + source->ready.size,
                             source->buffer.size - source->ready.size, source->read_bytes);
        if (got <= 0) {
            source->error = got < 0 ? (int)got : -EIO;
            return source->ready;
        }
        source->ready.size += (size_t)got;
        source->read_bytes += (uint64_t)got;
        release(source);
    }
    return source->ready;
}

void source_take(struct source *source, size_t size)
{
    source->ready = (struct bytes){ source->ready.data + size, source->ready.size - size };
}
