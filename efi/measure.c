#include "measure.h"

#include "../kernel-cmdline/config-text.h"
#include "../payload/measurement.h"
#include "tcg2.h"

/* Stops at the first failure: what follows would only make PCR 12 harder to explain. */
static enum status extend_all(struct boot *boot, struct bytes configuration, size_t *ret_done)
{
    struct measurement_facts facts = {
        .entry = boot->entry.bytes,
        .line = boot->words.bytes,
        .configuration = configuration,
        .root_mode = bytes_of_string(root_mode_name(boot->root.mode)),
        .policy = boot->trust_section,
    };
    struct measurement measurements[MEASUREMENT_COUNT];
    struct tcg2_protocol *tcg2;
    enum status st;

    if ((st = tcg2_find(boot->services, &boot->detail, &tcg2)))
        return st;
    measurement_list(&facts, measurements);
    for (size_t i = 0; i < MEASUREMENT_COUNT; i++) {
        if ((st = tcg2_extend(tcg2, &measurements[i], &boot->detail)))
            return st;
        *ret_done = i + 1;
    }
    return STATUS_OK;
}

/* PCR 12 is wrong or half done, which whoever looks at it must find an explanation for. */
static void warn(struct boot *boot, enum status st, size_t done)
{
    char memory[BOOT_DETAIL_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, "warning: measured boot: ");
    text_add(&line, status_sentence(st));
    text_add(&line, ": ");
    text_add_bytes(&line, text_bytes(&boot->detail));
    text_add(&line, "; ");
    text_add_u64(&line, done);
    text_add(&line, " of ");
    text_add_u64(&line, MEASUREMENT_COUNT);
    text_add(&line, " events are in PCR 12; going on without (tpm=auto)");
    console_line(&boot->console, &line);
}

static enum status conclude(struct boot *boot, enum status st, size_t done)
{
    if (!st) {
        console_say(&boot->console, "measured boot: PCR 12 is extended");
        return STATUS_OK;
    }
    if (boot->config.tpm == TPM_REQUIRE) {
        text_add(&boot->detail, " (tpm=require)");
        return st;
    }
    if (boot->has_anchors && boot->trust.policy.tpm_required) {
        text_add(&boot->detail, " (the policy requires it)");
        return st;
    }
    if (st != STATUS_TPM_MISSING)
        warn(boot, st, done);
    text_clear(&boot->detail);
    return STATUS_OK;
}

enum status measure(struct boot *boot)
{
    struct pages pages = { 0 };
    struct text configuration;
    size_t done = 0;
    enum status st;

    if ((st = pages_allocate(&pages, boot->services, CONFIG_TEXT_MAX_BYTES)))
        return st;
    configuration = (struct text){ .data = (char *)pages.data, .capacity = CONFIG_TEXT_MAX_BYTES };
    config_describe(&boot->config, text_bytes(&boot->options), &configuration);
    st = extend_all(boot, text_bytes(&configuration), &done);
    pages_free(&pages);
    return conclude(boot, st, done);
}
