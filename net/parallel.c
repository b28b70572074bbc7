#include "parallel.h"

/* After a try that brought nothing: so many windows without another one, at first and at most. */
#define PATIENCE_FIRST 2
#define PATIENCE_MOST  32

/* The time that a connection gets is not doubled more often. */
#define HASTY_MOST 16

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
    return value < least ? least : value > most ? most : value;
}

static uint64_t rate_of(uint64_t bytes, uint64_t ms)
{
    uint64_t seconds = ms / 1000;

    /* Not multiplied where that could overflow. */
    return bytes > UINT64_MAX / 1000 ? bytes / (seconds ? seconds : 1)
                                     : bytes * 1000 / (ms ? ms : 1);
}

/* Of all connections, since the first byte. */
static uint64_t mean_rate(const struct parallel *parallel, uint64_t now_ms)
{
    return rate_of(parallel->bytes, now_ms - parallel->start_ms);
}

void parallel_init(struct parallel *parallel, unsigned int most, uint64_t known_rate)
{
    *parallel = (struct parallel){
        .target = 1,
        .most = most,
        .known_rate = known_rate,
        .base = 1,
        .patience = PATIENCE_FIRST,
        .window_ms = PARALLEL_WINDOW_LEAST_MS,
    };
}

uint64_t parallel_rate(const struct parallel *parallel, uint64_t now_ms)
{
    if (parallel->target > 1 || !parallel->started ||
        now_ms - parallel->start_ms < PARALLEL_WINDOW_LEAST_MS)
        return 0;
    return mean_rate(parallel, now_ms);
}

static void judge_trip(struct parallel *parallel, uint64_t ms)
{
    /* What has been tried meanwhile says more. */
    if (parallel->trip_ms > 0 || parallel->started)
        return;
    parallel->target = parallel->base =
        ms < PARALLEL_LONG_TRIP_MS
            ? 1
            : (unsigned int)clamp(PARALLEL_LONG_TRIP_FIRST, 1, parallel->most);
}

void parallel_waited(struct parallel *parallel, uint64_t ms)
{
    if (ms >= PARALLEL_LONG_TRIP_MS)
        judge_trip(parallel, ms);
}

void parallel_connected(struct parallel *parallel, uint32_t connect_ms)
{
    /* The shortest one counts: others had to ask twice. */
    if (parallel->trip_ms > 0 && connect_ms >= parallel->trip_ms)
        return;
    judge_trip(parallel, connect_ms);
    parallel->trip_ms = connect_ms;
    parallel->window_ms = clamp((uint64_t)connect_ms * PARALLEL_WINDOW_TRIPS,
                                PARALLEL_WINDOW_LEAST_MS, PARALLEL_WINDOW_MOST_MS);
}

void parallel_arrived(struct parallel *parallel, uint64_t now_ms, size_t bytes)
{
    if (!parallel->started) {
        parallel->started = true;
        parallel->start_ms = parallel->window_start_ms = now_ms;
    }
    parallel->bytes += bytes;
    parallel->window_bytes += bytes;
}

/* The next try: twice as many. */
static void try_more(struct parallel *parallel, uint64_t rate)
{
    unsigned int twice = parallel->target * 2;

    parallel->base = parallel->target;
    parallel->base_rate = rate;
    parallel->target = twice < parallel->most ? twice : parallel->most;
    parallel->trying = parallel->target > parallel->base;
}

static void judge(struct parallel *parallel, uint64_t rate)
{
    /* Nothing is quite even: a quarter more is more. */
    if (rate > parallel->base_rate && rate - parallel->base_rate >= parallel->base_rate / 4) {
        parallel->patience = PATIENCE_FIRST;
        try_more(parallel, rate);
        return;
    }
    parallel->target = parallel->base;
    parallel->trying = false;
    parallel->rest = parallel->patience;
    parallel->patience = (unsigned int)clamp(parallel->patience * 2, 0, PATIENCE_MOST);
}

/* A second connection costs a fast one something, and brings it nothing when it is soon done. */
static bool is_soon_done(const struct parallel *parallel, uint64_t rate, uint64_t missing_bytes)
{
    return parallel->target == 1 && missing_bytes / PARALLEL_WORTH_MS * 1000 <= rate;
}

void parallel_look(struct parallel *parallel, uint64_t now_ms, unsigned int busy,
                   uint64_t missing_bytes)
{
    uint64_t elapsed_ms = now_ms - parallel->window_start_ms;
    uint64_t rate;

    if (!parallel->started || elapsed_ms < parallel->window_ms)
        return;
    rate = rate_of(parallel->window_bytes, elapsed_ms);
    parallel->window_start_ms = now_ms;
    parallel->window_bytes = 0;
    /* With fewer than wanted (the file is nearly done) nothing can be learnt. */
    if (busy < parallel->target)
        return;
    if (parallel->trying)
        judge(parallel, rate);
    else if (parallel->rest > 0)
        parallel->rest--;
    else if (!is_soon_done(parallel, rate, missing_bytes))
        try_more(parallel, rate);
}

void parallel_limit(struct parallel *parallel, unsigned int most)
{
    parallel->most = most > 0 ? most : 1;
    if (parallel->target > parallel->most)
        parallel->target = parallel->most;
    if (parallel->base > parallel->target)
        parallel->base = parallel->target;
    parallel->trying = parallel->target > parallel->base;
}

bool parallel_asks_early(const struct parallel *parallel)
{
    return parallel->trip_ms >= PARALLEL_EARLY_TRIP_MS;
}

uint64_t parallel_part_bytes(const struct parallel *parallel, uint64_t now_ms,
                             uint64_t missing_bytes)
{
    uint64_t bytes, worth_bytes;

    if (!parallel->started)
        return clamp(parallel->known_rate / 1000 * PARALLEL_PART_MS, PARALLEL_PART_LEAST_BYTES,
                     PARALLEL_PART_MOST_BYTES);
    /* Smaller and smaller, so that all connections end at about the same time. */
    bytes = clamp(missing_bytes / (2 * parallel->most), PARALLEL_PART_LEAST_BYTES,
                  PARALLEL_PART_MOST_BYTES);
    /* Each request costs a round trip. But what one connection has nobody else can take, and its
     * rate may fall: that of a first burst does with the first frame that is lost. */
    worth_bytes = mean_rate(parallel, now_ms) / 1000 * PARALLEL_PART_MS;
    worth_bytes = clamp(worth_bytes, 0, missing_bytes) / parallel->target;
    bytes = bytes > worth_bytes ? bytes : worth_bytes;
    return bytes < missing_bytes ? bytes : missing_bytes;
}

uint64_t parallel_ahead_bytes(const struct parallel *parallel, uint64_t now_ms, uint64_t part_bytes)
{
    uint64_t bytes;

    if (parallel->trip_ms < PARALLEL_AHEAD_TRIP_MS)
        return 0;
    /* A connection that is getting up to speed is faster than that by the end of its part. */
    bytes = mean_rate(parallel, now_ms) / 1000 * parallel->trip_ms * PARALLEL_AHEAD_TRIPS /
            parallel->target;
    return bytes > part_bytes / 2 ? bytes : part_bytes / 2;
}

/* How long a connection is left alone, in ms. */
static uint64_t share_after_ms(const struct parallel *parallel)
{
    uint64_t trips_ms = (uint64_t)parallel->trip_ms * PARALLEL_SHARE_TRIPS;

    return clamp(trips_ms, PARALLEL_SHARE_MS, UINT32_MAX) << parallel->hasty;
}

uint64_t parallel_share_bytes(const struct parallel *parallel, uint64_t now_ms, uint64_t since_ms,
                              uint64_t got_bytes, uint64_t left_bytes)
{
    uint64_t after_ms = share_after_ms(parallel);
    uint64_t rate = rate_of(got_bytes, now_ms - since_ms);
    uint64_t other_rate = mean_rate(parallel, now_ms) / parallel->target;
    uint64_t bytes;

    /* One that has not been at work for long may be about to begin. */
    if (now_ms - since_ms < after_ms || rate >= other_rate / 2 ||
        left_bytes / (after_ms + 1) * 1000 <= rate)
        return 0;
    bytes = left_bytes - left_bytes / 1024 * (rate * 1024 / (rate + other_rate + 1));
    return bytes >= PARALLEL_SHARE_LEAST_BYTES ? bytes : 0;
}

void parallel_shared(struct parallel *parallel, uint64_t now_ms, uint64_t got_bytes)
{
    /* Those that began together are left together, which is once. */
    if (got_bytes > 0 || parallel->hasty == HASTY_MOST ||
        (parallel->hasty > 0 && now_ms - parallel->hasty_ms < share_after_ms(parallel)))
        return;
    parallel->hasty++;
    parallel->hasty_ms = now_ms;
}
