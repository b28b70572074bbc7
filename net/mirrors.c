#include "mirrors.h"

static bool is_left(const struct mirror *mirror)
{
    return !mirror->wrong && !mirror->dropped;
}

void mirrors_init(struct mirrors *mirrors, size_t count)
{
    *mirrors = (struct mirrors){ .count = count < MIRRORS_MOST ? count : MIRRORS_MOST };
}

void mirrors_begin(struct mirrors *mirrors)
{
    for (size_t i = 0; i < mirrors->count; i++)
        mirrors->list[i].dropped = false;
}

bool mirrors_pick(struct mirrors *mirrors, uint64_t now_ms, size_t *ret_index,
                  uint64_t *ret_wait_ms)
{
    size_t soonest = mirrors->count;

    for (size_t i = 0; i < mirrors->count; i++) {
        size_t index = (mirrors->current + i) % mirrors->count;
        const struct mirror *mirror = &mirrors->list[index];

        if (!is_left(mirror))
            continue;
        if (soonest == mirrors->count ||
            mirror->not_before_ms < mirrors->list[soonest].not_before_ms)
            soonest = index;
        if (mirror->not_before_ms <= now_ms) {
            soonest = index;
            break;
        }
    }
    if (soonest == mirrors->count)
        return false;
    *ret_index = mirrors->current = soonest;
    *ret_wait_ms = mirrors->list[soonest].not_before_ms > now_ms
                       ? mirrors->list[soonest].not_before_ms - now_ms
                       : 0;
    return true;
}

/* Several connections to one place may fail one after the other: only the first one moves on. */
static void move_on(struct mirrors *mirrors, size_t index)
{
    if (mirrors->current == index)
        mirrors->current = (index + 1) % mirrors->count;
}

void mirrors_failed(struct mirrors *mirrors, size_t index, uint64_t now_ms, uint64_t delay_ms)
{
    mirrors->list[index].not_before_ms = now_ms + delay_ms;
    move_on(mirrors, index);
}

void mirrors_drop(struct mirrors *mirrors, size_t index)
{
    mirrors->list[index].dropped = true;
    move_on(mirrors, index);
}

void mirrors_distrust(struct mirrors *mirrors, size_t index)
{
    mirrors->list[index].wrong = true;
    move_on(mirrors, index);
}

size_t mirrors_left(const struct mirrors *mirrors)
{
    size_t left = 0;

    for (size_t i = 0; i < mirrors->count; i++)
        left += is_left(&mirrors->list[i]);
    return left;
}
