#include "retry.h"

/* No server is waited for longer than this at once, in ms: a day. */
#define RETRY_AFTER_MOST_MS (UINT32_C(24) * 3600 * 1000)

uint64_t retry_delay_ms(struct retry *retry, uint32_t random, uint64_t retry_after_ms)
{
    uint32_t range_ms = RETRY_FIRST_MS;

    for (unsigned int i = 0; i < retry->failures && range_ms < RETRY_MOST_MS; i++)
        range_ms *= 2;
    if (range_ms > RETRY_MOST_MS)
        range_ms = RETRY_MOST_MS;
    if (retry->failures < UINT32_MAX)
        retry->failures++;
    if (retry_after_ms > RETRY_AFTER_MOST_MS)
        retry_after_ms = RETRY_AFTER_MOST_MS;
    if (retry_after_ms / 2 > range_ms)
        range_ms = (uint32_t)(retry_after_ms / 2);
    return retry_after_ms + retry_spread_ms(random, range_ms);
}
