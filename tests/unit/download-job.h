/* A download that is looked at: where the bytes go, and the job that fetches them. */
#ifndef TESTS_UNIT_DOWNLOAD_JOB_H
#define TESTS_UNIT_DOWNLOAD_JOB_H

#include "net/download.h"
#include "rig.h"

/* Of the jobs' files, unless they say otherwise. */
#define JOB_FILE_BYTES 1500000u

/* A path that takes many connections at once. */
#define JOB_LONG_PATH_TURNS 60

/* Of the requests, unless they say otherwise. */
#define JOB_IDLE_MS 2000

/* What a file must be: version 0, or (not pinned) any one version throughout. */
struct target {
    struct sink sink;
    uint8_t *memory; /* NULL: none was asked for */
    size_t memory_bytes;
    bool has_memory;
    uint64_t bytes;
    bool is_version[2];
    bool pinned;
    uint64_t right_bytes;
    unsigned int begins, finishes, notices;
    uint64_t took_ms;
    struct text *detail;
    enum status begin_fails, write_fails;
    struct rig *rig;
    unsigned int write_takes_ms; /* each time that something is written */
};

struct job {
    const char *urls[3]; /* paths; the file's own and its mirrors */
    bool pinned, in_order;
    bool no_memory;           /* there is none when it is asked for */
    unsigned int delay_turns; /* of the path */
    uint64_t bytes;           /* that the file must have; 0: the usual ones */
    struct http_range range;
    uint32_t idle_ms, total_ms; /* 0: the usual ones */
};

void target_init(struct target *target, struct rig *rig, const struct job *job);

/* rig's received_bytes begin anew. mirrors: NULL, or with a count of 0, for new ones. ret_url: may
 * be NULL. What the download's last step returns. */
enum status target_get(struct target *target, struct rig *rig, const struct job *job,
                       struct mirrors *mirrors, struct detail *ret_url);

/* Both, from a peer with these pages, which is rig's until rig_end; with mirrors of its own. */
enum status target_run(struct target *target, struct rig *rig, const struct peer_page *pages,
                       const struct job *job);

#endif
