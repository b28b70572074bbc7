#include "progress.h"

#define REDRAW_MS 300

/* MB/s with one decimal: bytes / ms is kB/s. */
static void add_rate(struct text *text, uint64_t bytes, uint64_t ms)
{
    uint64_t tenths = bytes / (ms ? ms : 1) / 100;

    text_add_u64(text, tenths / 10);
    text_add(text, ".");
    text_add_u64(text, tenths % 10);
    text_add(text, " MB/s");
}

static void show(struct progress_sink *progress, uint64_t now_ms)
{
    char memory[120];
    struct text line = TEXT(memory);
    uint64_t elapsed_ms = now_ms - progress->start_ms;

    text_add(&line, "  ");
    text_add(&line, progress->name);
    text_add(&line, "  ");
    text_add_size(&line, progress->done_bytes);
    if (progress->size_bytes != SINK_SIZE_UNKNOWN && progress->size_bytes > 0) {
        /* Divide first: sizes may be so large that a product would overflow. */
        uint64_t percent = progress->done_bytes / (progress->size_bytes / 100 + 1);
        uint64_t kb_per_s = progress->done_bytes / (elapsed_ms ? elapsed_ms : 1);

        text_add(&line, " of ");
        text_add_size(&line, progress->size_bytes);
        text_add(&line, "  ");
        text_add_u64(&line, percent);
        text_add(&line, "%  ");
        add_rate(&line, progress->done_bytes, elapsed_ms);
        if (kb_per_s > 0 && progress->done_bytes <= progress->size_bytes) {
            text_add(&line, "  ");
            text_add_u64(&line, (progress->size_bytes - progress->done_bytes) / kb_per_s / 1000);
            text_add(&line, " s left");
        }
    } else {
        text_add(&line, "  ");
        add_rate(&line, progress->done_bytes, elapsed_ms);
    }
    console_overwrite(progress->console, &line);
    progress->shown_ms = now_ms;
}

static enum status begin(struct sink *sink, uint64_t size_bytes)
{
    struct progress_sink *progress = (struct progress_sink *)sink;

    progress->size_bytes = size_bytes;
    progress->done_bytes = 0;
    progress->start_ms = progress->shown_ms = clock_ms(progress->clock);
    return progress->next->begin(progress->next, size_bytes);
}

static enum status write(struct sink *sink, struct bytes bytes)
{
    struct progress_sink *progress = (struct progress_sink *)sink;
    uint64_t now_ms = clock_ms(progress->clock);

    progress->done_bytes += bytes.size;
    if (now_ms - progress->shown_ms >= REDRAW_MS)
        show(progress, now_ms);
    return progress->next->write(progress->next, bytes);
}

static enum status finish(struct sink *sink)
{
    struct progress_sink *progress = (struct progress_sink *)sink;
    char memory[120];
    struct text line = TEXT(memory);
    uint64_t elapsed_ms = clock_ms(progress->clock) - progress->start_ms;
    enum status st = progress->next->finish(progress->next);

    if (st)
        return st;
    text_add(&line, progress->name);
    text_add(&line, ": ");
    text_add_size(&line, progress->done_bytes);
    text_add(&line, " in ");
    text_add_u64(&line, elapsed_ms);
    text_add(&line, " ms, ");
    add_rate(&line, progress->done_bytes, elapsed_ms);
    console_line(progress->console, &line);
    return STATUS_OK;
}

void progress_sink_init(struct progress_sink *sink, struct sink *next, struct console *console,
                        const struct clock *clock, const char *name)
{
    *sink = (struct progress_sink){
        .sink = { begin, write, finish },
        .next = next,
        .console = console,
        .clock = clock,
        .name = name,
    };
}
