/* Where the time of a boot goes: each moment counts for the stage that was begun last. */
#ifndef EFI_STAGES_H
#define EFI_STAGES_H

#include "../payload/text.h"
#include "clock.h"

enum stage {
    STAGE_CONFIGURATION,
    STAGE_LINK,
    STAGE_DHCP,
    STAGE_ENTRY,
    STAGE_KERNEL,
    STAGE_ROOT, /* and wherever else the kernel is asked what it can do */
    STAGE_INITRD,
    STAGE_HANDOFF, /* LoadImage, measurements */
    STAGE_STUB,    /* the kernel's EFI stub, until it has all of the initrd */
    STAGE_COUNT,   /* how many there are; not a stage */
};

/* What is done within the stages: while something arrives, or wherever it is needed. */
enum stage_work {
    STAGE_WORK_VERIFY, /* digests, the entry's signature */
    STAGE_WORK_UNPACK, /* zstd, for the kernel or in its place */
    STAGE_WORK_COUNT,
};

struct stages {
    const struct clock *clock;
    enum stage current;
    uint64_t begun_us;
    uint64_t spent_us[STAGE_COUNT];
    uint64_t work_cycles[STAGE_WORK_COUNT];
};

/* Begins the configuration. */
void stages_init(struct stages *stages, const struct clock *clock);

/* Ends the current stage. A stage may be begun several times: its times add up. */
void stages_begin(struct stages *stages, enum stage stage);

/* Adds so many cycles (arch/cycles.h) to a kind of work. They count for the current stage too. */
void stages_add_work(struct stages *stages, enum stage_work work, uint64_t cycles);

/*
 * Adds "configuration 1 ms, link 20 ms, ..., 512 ms in all; of these verifying 30 ms, unpacking
 * 100 ms", without stages and work that took no time.
 */
void stages_describe(const struct stages *stages, struct text *text);

#endif
