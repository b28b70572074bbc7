#include "arena.h"

#include "system.h"

#define STEP_BYTES ((size_t)256 << 10)
#define ALIGNMENT  8u

void *arena_take(struct arena *arena, size_t size)
{
    uint8_t *taken;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (size > arena->free_bytes) {
        size_t step = size > STEP_BYTES ? size : STEP_BYTES;
        uint8_t *more = system_memory(step);

        if (!more)
            return NULL;
        arena->free = more;
        arena->free_bytes = step;
    }
    taken = arena->free;
    arena->free += size;
    arena->free_bytes -= size;
    return taken;
}

char *arena_join(struct arena *arena, struct bytes a, struct bytes b)
{
    char *joined = arena_take(arena, a.size + b.size + 1);

    if (!joined)
        return NULL;
    if (a.size > 0)
        memcpy(joined, a.data, a.size);
    if (b.size > 0)
        memcpy(joined + a.size, b.data, b.size);
    return joined;
}
