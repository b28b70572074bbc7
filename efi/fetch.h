/*
 * Fetches one file into memory: download -> progress -> digest -> pages, or a region of memory
 * that is there already; from mirrors, where there are any, and again where it fails. Nothing
 * may use the bytes before it is done: only then they are what was expected.
 */
#ifndef EFI_FETCH_H
#define EFI_FETCH_H

#include "../net/download.h"
#include "../net/mirrors.h"
#include "../net/network.h"
#include "../payload/digest.h"
#include "clock.h"
#include "console.h"
#include "pages.h"
#include "progress.h"
#include "stages.h"
#include "timed-sink.h"

struct fetch {
    EFI_BOOT_SERVICES *services;
    struct console *console;
    const struct clock *clock;
    struct stages *stages; /* gets the time that verifying took */
    struct network *network;
    struct mirrors *mirrors; /* kept from one file to the next */
    /* As configured, less than MIRRORS_MOST; what they are copies of: net/mirror-url.h. */
    const struct bytes *mirror_urls;
    size_t mirror_count;
    size_t line_mirror_count; /* the first ones: of origin's folder; the others of base's */
    struct bytes origin, base;
    uint32_t idle_timeout_ms;
    uint32_t total_timeout_ms;
};

struct fetch_file {
    const char *name; /* for the progress bar and messages, NUL-terminated, static */
    struct bytes url; /* absolute */
    struct blob_expectation expected;
    uint64_t limit_bytes;
    struct sink *also; /* NULL; fetch_file: gets the bytes besides, as fetch_through says */
};

/* A fetch under way. It stays where it is until fetch_stop. Private. */
struct fetch_job {
    struct fetch fetch;
    struct fetch_file file;
    struct text *detail;
    /* download -> progress -> before -> digest -> behind -> where the bytes go */
    struct progress_sink progress;
    struct timed_sink before;
    struct digest_sink digest;
    struct timed_sink behind;
    struct pages_sink memory;
    /* Where the bytes may be put in any order, beforehand: neither has data where they may not. */
    struct pages pages;
    struct buffer region;
    struct download_request request;
    struct pages places;
    struct download *download;
};

/*
 * Begins to fetch a file into memory, by steps; fetch_stop is needed afterwards, whatever is
 * returned. What fetch and file refer to, and detail, must outlive the job. One job at a time.
 * STATUS_OUT_OF_MEMORY, errors of mirror_url.
 */
enum status fetch_start(struct fetch_job *job, const struct fetch *fetch,
                        const struct fetch_file *file, struct text *detail);

/* Goes on, and never waits: to be called again until an error or *ret_done. Errors of
 * download_step, digest_sink, pages_sink and file->also; STATUS_BLOB_EMPTY. */
enum status fetch_step(struct fetch_job *job, bool *ret_done);

/* Whether the last step had nothing to do but to wait. */
bool fetch_is_idle(const struct fetch_job *job);

/* What was fetched, once it is done: memory that its owner frees with pages_free. ret_url (may be
 * NULL) gets the URL that answered: a capacity of URL_MAX_BYTES or more. */
void fetch_take(struct fetch_job *job, struct pages *ret_pages, struct bytes *ret_bytes,
                struct text *ret_url);

/* Ends it, wherever it is, and frees what was not taken. */
void fetch_stop(struct fetch_job *job);

/* All of it at once. Same errors. */
enum status fetch_file(const struct fetch *fetch, const struct fetch_file *file,
                       struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                       struct text *ret_url);

/*
 * The same into a sink, which gets begin, write and finish as sink.h says; finish only when the
 * bytes are as expected. file's limit is not looked at.
 */
enum status fetch_through(const struct fetch *fetch, const struct fetch_file *file, struct sink *to,
                          struct text *detail);

/*
 * The same into a region as large as the file is known to be (file's own size and limit are
 * not looked at): STATUS_BLOB_SIZE when the file is larger or smaller. After an error, the
 * region's contents are undefined.
 */
enum status fetch_into(const struct fetch *fetch, const struct fetch_file *file,
                       struct buffer region, struct text *detail);

/*
 * Fetches a part of a file, unchecked: for looking at it beforehand, never for use. What is
 * fetched may be less where the file ends. ret_file_bytes gets the size of the whole file, or
 * SINK_SIZE_UNKNOWN (untrusted). Errors of download_step, mirror_url and pages_sink; the pages are
 * freed then.
 */
enum status fetch_range(const struct fetch *fetch, struct bytes url, struct http_range range,
                        struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                        uint64_t *ret_file_bytes);

#endif
