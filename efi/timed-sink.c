#include "timed-sink.h"

#include "arch/cycles.h"

static enum status begin(struct sink *sink, uint64_t size_bytes)
{
    struct timed_sink *timed = (struct timed_sink *)sink;
    uint64_t start_cycles = cycles_now();
    enum status st = timed->next->begin(timed->next, size_bytes);

    timed->spent_cycles += cycles_now() - start_cycles;
    return st;
}

static enum status write(struct sink *sink, struct bytes bytes)
{
    struct timed_sink *timed = (struct timed_sink *)sink;
    uint64_t start_cycles = cycles_now();
    enum status st = timed->next->write(timed->next, bytes);

    timed->spent_cycles += cycles_now() - start_cycles;
    return st;
}

static enum status finish(struct sink *sink)
{
    struct timed_sink *timed = (struct timed_sink *)sink;
    uint64_t start_cycles = cycles_now();
    enum status st = timed->next->finish(timed->next);

    timed->spent_cycles += cycles_now() - start_cycles;
    return st;
}

void timed_sink_init(struct timed_sink *sink, struct sink *next)
{
    *sink = (struct timed_sink){ .sink = { begin, write, finish }, .next = next };
}
