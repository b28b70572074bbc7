#include "window.h"

/* Round trip that is taken where none was measured. */
#define TRIP_UNKNOWN_MS 100

/* Of what arrived in the round trip before: a sender that is getting up to speed does more. */
#define GROWTH_PERCENT 150

void window_init(struct window *window, uint32_t trip_ms, uint32_t first, uint32_t most,
                 uint32_t now_ms)
{
    *window = (struct window){
        .bytes = first < most ? first : most,
        .most = most,
        .trip_ms = trip_ms ? trip_ms : TRIP_UNKNOWN_MS,
        .since_ms = now_ms,
    };
}

uint32_t window_received(struct window *window, uint32_t bytes, bool is_one_of_many,
                         uint32_t now_ms)
{
    uint32_t elapsed_ms = now_ms - window->since_ms; /* also right when the clock wraps */
    uint64_t arrived, wanted;
    uint32_t grown;

    window->received =
        bytes > UINT32_MAX - window->received ? UINT32_MAX : window->received + bytes;
    if (elapsed_ms < window->trip_ms)
        return 0;
    arrived = (uint64_t)window->received * window->trip_ms / elapsed_ms;
    if (arrived < window->before * GROWTH_PERCENT / 100)
        wanted = arrived + arrived / 4;
    else
        wanted = is_one_of_many ? arrived + arrived / 2 : arrived * 2;
    window->before = arrived;
    window->since_ms = now_ms;
    window->received = 0;
    if (wanted > window->most)
        wanted = window->most;
    if (wanted <= window->bytes)
        return 0;
    grown = (uint32_t)wanted - window->bytes;
    window->bytes = (uint32_t)wanted;
    return grown;
}
