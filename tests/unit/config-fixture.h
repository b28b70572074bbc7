/* A configuration and what it is read from. */
#ifndef TESTS_UNIT_CONFIG_FIXTURE_H
#define TESTS_UNIT_CONFIG_FIXTURE_H

#include "kernel-cmdline/config.h"
#include "support.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct fixture {
    struct config config;
    struct detail detail;
    struct buffer line, entry; /* the config points into these */
};

static inline void fixture_open(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    config_init(&fixture->config);
    detail_clear(&fixture->detail);
}

static inline void fixture_close(struct fixture *fixture)
{
    free(fixture->line.data);
    free(fixture->entry.data);
}

static inline enum status add_line(struct fixture *fixture, struct bytes line)
{
    free(fixture->line.data);
    fixture->line = exact_copy(line);
    return config_add_line(&fixture->config, fixture->line, detail_clear(&fixture->detail));
}

static inline enum status add_entry(struct fixture *fixture, struct bytes entry)
{
    free(fixture->entry.data);
    fixture->entry = exact_copy(entry);
    return config_add_entry(&fixture->config, buffer_bytes(fixture->entry), ARCHITECTURE_X64,
                            detail_clear(&fixture->detail));
}

#endif
