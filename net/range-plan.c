#include "range-plan.h"

#define MISSING 0

static void remove_part(struct range_plan *plan, size_t at)
{
    plan->count--;
    for (size_t i = at; i < plan->count; i++)
        plan->parts[i] = plan->parts[i + 1];
}

/* There must be room. */
static void insert_part(struct range_plan *plan, size_t at, struct range_plan_part part)
{
    for (size_t i = plan->count; i > at; i--)
        plan->parts[i] = plan->parts[i - 1];
    plan->parts[at] = part;
    plan->count++;
}

/* plan->count when there is none. */
static size_t find(const struct range_plan *plan, uint8_t owner)
{
    size_t i = 0;

    while (i < plan->count && plan->parts[i].owner != owner)
        i++;
    return i;
}

void range_plan_init(struct range_plan *plan, uint64_t size_bytes)
{
    plan->size_bytes = size_bytes;
    plan->reach_bytes = 0;
    plan->count = 0;
    if (size_bytes > 0)
        insert_part(plan, 0, (struct range_plan_part){ 0, size_bytes, MISSING });
}

bool range_plan_set_size(struct range_plan *plan, uint64_t size_bytes)
{
    if (plan->size_bytes != RANGE_PLAN_UNKNOWN)
        return plan->size_bytes == size_bytes;
    if (size_bytes < plan->reach_bytes)
        return false;
    plan->size_bytes = size_bytes;
    while (plan->count > 0 && plan->parts[plan->count - 1].first >= size_bytes)
        plan->count--;
    /* The last part has reached beyond the end, if it was not cut off just now. */
    if (plan->count > 0 && plan->parts[plan->count - 1].end > size_bytes)
        plan->parts[plan->count - 1].end = size_bytes;
    return true;
}

bool range_plan_take(struct range_plan *plan, uint8_t owner, uint64_t most_bytes,
                     uint64_t *ret_first, uint64_t *ret_bytes)
{
    size_t at = find(plan, MISSING);
    struct range_plan_part *part = &plan->parts[at];

    if (at == plan->count)
        return false;
    if (most_bytes < part->end - part->first && plan->count < RANGE_PLAN_PARTS) {
        struct range_plan_part rest = { part->first + most_bytes, part->end, MISSING };

        part->end = rest.first;
        insert_part(plan, at + 1, rest);
    }
    part->owner = owner;
    *ret_first = part->first;
    *ret_bytes = part->end == RANGE_PLAN_UNKNOWN ? RANGE_PLAN_UNKNOWN : part->end - part->first;
    return true;
}

void range_plan_take_rest(struct range_plan *plan, uint8_t owner)
{
    if (plan->count == 0)
        return;
    plan->parts[0] = (struct range_plan_part){ range_plan_prefix(plan), plan->size_bytes, owner };
    plan->count = 1;
}

/* Two neighbours that are both missing become one. */
static void join(struct range_plan *plan, size_t at)
{
    if (at + 1 >= plan->count || plan->parts[at].owner != MISSING ||
        plan->parts[at + 1].owner != MISSING || plan->parts[at].end != plan->parts[at + 1].first)
        return;
    plan->parts[at].end = plan->parts[at + 1].end;
    remove_part(plan, at + 1);
}

bool range_plan_split(struct range_plan *plan, uint8_t owner, uint64_t last_bytes)
{
    size_t at = find(plan, owner);
    struct range_plan_part rest;

    if (plan->count == RANGE_PLAN_PARTS || at == plan->count || last_bytes == 0)
        return false;
    rest =
        (struct range_plan_part){ plan->parts[at].end - last_bytes, plan->parts[at].end, MISSING };
    plan->parts[at].end = rest.first;
    insert_part(plan, at + 1, rest);
    join(plan, at + 1);
    if (plan->parts[at].first == plan->parts[at].end)
        remove_part(plan, at);
    return true;
}

void range_plan_arrived(struct range_plan *plan, uint8_t owner, uint64_t bytes)
{
    size_t at = find(plan, owner);

    if (at == plan->count)
        return;
    plan->parts[at].first += bytes;
    if (plan->parts[at].first > plan->reach_bytes)
        plan->reach_bytes = plan->parts[at].first;
    if (plan->parts[at].first == plan->parts[at].end)
        remove_part(plan, at);
}

void range_plan_release(struct range_plan *plan, uint8_t owner)
{
    size_t at = find(plan, owner);

    if (at == plan->count)
        return;
    plan->parts[at].owner = MISSING;
    join(plan, at);
    if (at > 0)
        join(plan, at - 1);
}

uint64_t range_plan_left(const struct range_plan *plan, uint8_t owner)
{
    size_t at = find(plan, owner);

    return at < plan->count ? plan->parts[at].end - plan->parts[at].first : 0;
}

uint64_t range_plan_prefix(const struct range_plan *plan)
{
    return plan->count > 0 ? plan->parts[0].first : plan->size_bytes;
}

uint64_t range_plan_missing(const struct range_plan *plan)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->parts[i].owner != MISSING)
            continue;
        if (plan->parts[i].end == RANGE_PLAN_UNKNOWN)
            return RANGE_PLAN_UNKNOWN;
        bytes += plan->parts[i].end - plan->parts[i].first;
    }
    return bytes;
}
