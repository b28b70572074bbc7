/* One download as it goes on: what net/download*.c share. */
#ifndef NET_DOWNLOAD_STATE_H
#define NET_DOWNLOAD_STATE_H

#include "download.h"
#include "http-transfer.h"
#include "parallel.h"
#include "range-plan.h"
#include "retry.h"

#define DOWNLOAD_DETAIL_BYTES 1024

/* So much that is new, and a server is as good as if it had never failed. */
#define DOWNLOAD_FRESH_BYTES (64 * 1024)

/* What body gets at once of what is in memory: then the network has its turn again. */
#define DOWNLOAD_GIVE_BYTES (64 * 1024)

/* What is known of one place. */
struct download_place {
    bool answered;                   /* with the version of the file that is being fetched */
    struct http_validator validator; /* of that version; empty: it has none */
    char url_memory[URL_MAX_BYTES];
    struct text url; /* where redirects led; empty: nowhere yet */
};

/* A part of the file, or all of it, that one connection brings. */
struct download_part {
    struct sink sink; /* first: where the answer's body goes */
    struct download *download;
    uint8_t owner; /* in the plan: from 1 */
    bool active;
    bool is_obsolete; /* somebody else has taken its part */
    bool is_changed;  /* what it got is of another version than what is there */
    bool sink_failed; /* the body's sink did, not the server */
    bool is_limited;  /* it was asked for a part, and must not get more */
    size_t place;
    uint64_t bytes;      /* of all of it, or RANGE_PLAN_UNKNOWN */
    uint64_t position;   /* of the next byte, in the file */
    uint64_t since_ms;   /* when it was its turn, or asked for */
    uint64_t got_bytes;  /* since then */
    uint64_t skip_bytes; /* of the answer, before that */
    struct http_request request;
    struct http_transfer transfer;
    struct http_validator if_range;
    char detail_memory[DOWNLOAD_DETAIL_BYTES];
    struct text detail;
};

struct download {
    struct network *network;
    const struct download_request *request;
    struct text *detail; /* while it runs: the URL, for what body's sinks have to add */
    uint64_t total_deadline_ms;

    /* The version of the file that is being fetched. */
    struct range_plan plan;
    bool begun;           /* body's begin was called */
    uint8_t *memory;      /* NULL: body gets the bytes as they come, from one connection */
    uint64_t given_bytes; /* to body, of what is in memory */
    unsigned int sources; /* places that bytes came from, a bit each */
    bool is_joined;       /* of answers that nothing proves to be of one version */

    bool is_idle;          /* the last step brought nothing */
    bool is_patient;       /* nothing more is asked for before there is an answer */
    bool is_solo;          /* one answer must have it all: joined ones were wrong */
    uint64_t there_bytes;  /* of this version */
    uint64_t most_bytes;   /* that were there at once, of any version */
    uint64_t fresh_bytes;  /* beyond that since the last failure */
    uint64_t progress_ms;  /* when that became more, or until when a server asked to wait */
    unsigned int failures; /* since then */
    uint64_t pause_until_ms;
    struct parallel parallel;

    enum status failure; /* the last one, and its detail */
    char failure_memory[DOWNLOAD_DETAIL_BYTES];
    struct text failure_detail;

    struct download_place places[MIRRORS_MOST];
    struct download_part *parts[DOWNLOAD_PARTS]; /* NULL: not needed yet */
};

static inline uint64_t download_now(const struct download *download)
{
    return download->network->platform->now_ms(download->network->platform);
}

static inline uint32_t download_random(const struct download *download)
{
    return download->network->platform->random(download->network->platform);
}

/* Whether the whole file is asked for, from its first byte to its last, and in one answer. */
static inline bool download_is_whole_only(const struct download *download, size_t place)
{
    return download->is_solo || download->request->mirrors->list[place].no_ranges;
}

/* ---- download.c ------------------------------------------------------------------------------ */

/* Forgets what has arrived: another version is to be fetched. What connections still receive of
 * the old one goes nowhere. */
void download_forget(struct download *download);

/* How many connections are at work. */
unsigned int download_busy(const struct download *download);

/* ---- download-early.c ------------------------------------------------------------------------ */

/* Whether parts are asked for although no answer has said that there are any. */
bool download_asks_early(const struct download *download);

/* The length of the path says how many connections begin: as soon as it is known to be long, which
 * is before the first of them is open. */
void download_note_trip(struct download *download, const struct http_exchange *exchange);

/* Whether nothing is lost with a part that fails: the file has turned out to end before it; or what
 * there is, and for how many at once, is not known yet: one after the other they will learn it. */
bool download_is_needless(const struct download_part *part);

/* There is no memory to put parts in, only the next byte has a place: all but the first part is of
 * no use. STATUS_HTTP_RANGE: so it is with this one. */
enum status download_begin_in_order(struct download_part *part);

/* ---- download-part.c ------------------------------------------------------------------------- */

/*
 * Asks a place for the next missing part. The part is not active. before: NULL, or the part of
 * the same place whose connection it is to follow on. *ret_started: false when nothing is missing.
 * Errors of http_transfer_start: then the part is active, and failed.
 */
enum status download_part_start(struct download *download, struct download_part *part, size_t place,
                                struct download_part *before, bool *ret_started);

/* Ends it; what it has not got is missing again. */
void download_part_stop(struct download_part *part);

/* ---- download-failure.c ---------------------------------------------------------------------- */

/*
 * A part has failed and is still active: stops it and decides what comes next. STATUS_OK: it
 * goes on, at once or after a while; else it is over.
 */
enum status download_part_failed(struct download *download, struct download_part *part,
                                 enum status st);

/* All bytes are there, and body says that they are wrong. As above; body's reason is in detail. */
enum status download_wrong(struct download *download, enum status st);

/* Ends with the last failure. */
enum status download_give_up(struct download *download);

#endif
