#include "stall.h"

void stall_init(struct stall *stall, uint64_t limit_ms)
{
    *stall = (struct stall){ .limit_ms = limit_ms };
}

void stall_sent(struct stall *stall, uint64_t now_ms)
{
    /* What is sent again is sent again soon. */
    stall->several = stall->one && now_ms - stall->last_ms <= 2 * stall->limit_ms;
    if (!stall->several)
        stall->first_ms = now_ms;
    stall->one = true;
    stall->last_ms = now_ms;
}

void stall_received(struct stall *stall)
{
    stall->one = stall->several = false;
}

bool stall_is_silent(const struct stall *stall, uint64_t now_ms)
{
    return stall->several && now_ms - stall->first_ms >= stall->limit_ms &&
           now_ms - stall->last_ms >= stall->limit_ms / 4;
}
