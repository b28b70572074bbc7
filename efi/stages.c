#include "stages.h"

static const char *const names[STAGE_COUNT] = {
    [STAGE_CONFIGURATION] = "configuration",
    [STAGE_LINK] = "link",
    [STAGE_DHCP] = "DHCP",
    [STAGE_ENTRY] = "entry",
    [STAGE_KERNEL] = "kernel",
    [STAGE_ROOT] = "root mode",
    [STAGE_INITRD] = "initrd",
    [STAGE_HANDOFF] = "hand-off",
    [STAGE_STUB] = "stub",
};

static const char *const work_names[STAGE_WORK_COUNT] = {
    [STAGE_WORK_VERIFY] = "verifying",
    [STAGE_WORK_UNPACK] = "unpacking",
};

void stages_init(struct stages *stages, const struct clock *clock)
{
    *stages = (struct stages){ .clock = clock, .begun_us = clock_us(clock) };
}

void stages_begin(struct stages *stages, enum stage stage)
{
    uint64_t now_us = clock_us(stages->clock);

    stages->spent_us[stages->current] += now_us - stages->begun_us;
    stages->current = stage;
    stages->begun_us = now_us;
}

void stages_add_work(struct stages *stages, enum stage_work work, uint64_t cycles)
{
    stages->work_cycles[work] += cycles;
}

static void add_ms(struct text *text, uint64_t us)
{
    text_add_u64(text, (us + 500) / 1000);
    text_add(text, " ms");
}

void stages_describe(const struct stages *stages, struct text *text)
{
    const char *before = "; of these ";
    uint64_t all_us = 0;

    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (stages->spent_us[i] == 0)
            continue;
        text_add(text, names[i]);
        text_add(text, " ");
        add_ms(text, stages->spent_us[i]);
        text_add(text, ", ");
        all_us += stages->spent_us[i];
    }
    add_ms(text, all_us);
    text_add(text, " in all");
    for (size_t i = 0; i < STAGE_WORK_COUNT; i++) {
        if (stages->work_cycles[i] == 0)
            continue;
        text_add(text, before);
        text_add(text, work_names[i]);
        text_add(text, " ");
        add_ms(text, clock_us_of(stages->clock, stages->work_cycles[i]));
        before = ", ";
    }
}
