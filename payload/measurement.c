#include "measurement.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct bytes without_blanks_around(struct bytes text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = bytes_from(text, 1);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

void measurement_list(const struct measurement_facts *facts,
                      struct measurement ret_measurements[MEASUREMENT_COUNT])
{
    bool has_entry = facts->entry.size > 0;
    struct measurement *next = ret_measurements;

    if (has_entry)
        *next++ = (struct measurement){ "entry", MEASUREMENT_ENTRY, facts->entry };
    else
        *next++ =
            (struct measurement){ "line", MEASUREMENT_LINE, without_blanks_around(facts->line) };
    *next++ =
        (struct measurement){ "configuration", MEASUREMENT_CONFIGURATION, facts->configuration };
    *next++ = (struct measurement){ "root mode", MEASUREMENT_ROOT, facts->root_mode };
    *next = (struct measurement){ "policy", MEASUREMENT_POLICY,
                                  facts->policy.size > 0 ? facts->policy : BYTES("unsigned") };
}

static uint8_t *put_u32(uint8_t *at, uint32_t number)
{
    for (unsigned int i = 0; i < sizeof(number); i++)
        *at++ = (uint8_t)(number >> 8 * i);
    return at;
}

struct bytes measurement_event(const struct measurement *measurement, uint8_t *memory)
{
    struct bytes shown = bytes_first(measurement->bytes, MEASUREMENT_SHOWN_MAX_BYTES);
    uint8_t *at = memory;

    at = put_u32(at, measurement->tag);
    at = put_u32(at, (uint32_t)shown.size);
    if (shown.size > 0)
        memcpy(at, shown.data, shown.size);
    return (struct bytes){ memory, (size_t)(at - memory) + shown.size };
}
