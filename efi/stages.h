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
    STAGE_ROOT,
    STAGE_INITRD,
    STAGE_HANDOFF, /* LoadImage, measurements */
    STAGE_STUB,    /* the kernel's EFI stub, until it has all of the initrd */
    STAGE_COUNT,   /* how many there are; not a stage */
};

struct stages {
    const struct clock *clock;
    enum stage current;
    uint64_t begun_us;
    uint64_t spent_us[STAGE_COUNT];
};

/* Begins the configuration. */
void stages_init(struct stages *stages, const struct clock *clock);

/* Ends the current stage. A stage may be begun several times: its times add up. */
void stages_begin(struct stages *stages, enum stage stage);

/* Adds "configuration 1 ms, link 20 ms, ...; 512 ms in all", without stages that took no time. */
void stages_describe(const struct stages *stages, struct text *text);

#endif
