/*
 * Fetches one file, whatever it takes: from mirrors, over several connections at once, and again
 * from where it broke off.
 *
 * A place is one copy of the file: a URL. Large files are asked for in parts, first one (on a long
 * path, many), then on as many connections as it takes to use the link (parallel.h), where there is
 * memory to put the parts at once and the server does ranges. What breaks off or stalls is fetched
 * from there on, from the same place or the next one; parts of different versions are never put
 * together: an If-Range (ETag, or Last-Modified) asks for the version that was begun with, and when
 * that is gone it begins again. Only for a pinned file, whose digest tells in the end, parts
 * without such a proof are put together. A place whose bytes were wrong is not asked again.
 */
#ifndef NET_DOWNLOAD_H
#define NET_DOWNLOAD_H

#include "../payload/sink.h"
#include "content-range.h"
#include "mirrors.h"
#include "network.h"
#include "url.h"

/* Connections of one download at once. */
#define DOWNLOAD_CONNECTIONS 24

/* What is asked for at once: on each connection, the next part while one arrives. */
#define DOWNLOAD_PARTS (2 * DOWNLOAD_CONNECTIONS)

/* Between two bytes of an answer: longer than this is a stall, and the rest is asked for again. */
#define DOWNLOAD_STALL_MS 5000

struct download_request {
    /* Absolute URLs, one for each of mirrors: the file's own first. Untrusted. */
    const struct bytes *urls;
    /* What is known of the places, over all files that they have in common. */
    struct mirrors *mirrors;
    /* Zero: the whole file. A part of it is for small ones: fetched at once or again. */
    struct http_range range;
    /* May be NULL; else gets the size of the whole file in bytes, or SINK_SIZE_UNKNOWN, once there
     * is an answer. Untrusted. */
    uint64_t *ret_file_bytes;
    /* Gets the file in order. begin is called again when it begins anew. */
    struct sink *body;
    /* body's finish says STATUS_BLOB_DIGEST when the bytes are not the right ones. */
    bool is_pinned;
    /*
     * May be NULL. Asked after body's begin was told a size: memory of that size or more, in
     * which the bytes are put in any order before body's write gets them, where they are. It
     * stays until begin is called again or the download ends. NULL: there is none.
     */
    uint8_t *(*memory)(void *context);
    /* Says to a human what went wrong and was coped with. */
    void (*notice)(void *context, const struct text *line);
    void *context; /* for both */
    /* Given up: when for this long nothing new came of it, from anywhere; and after this long
     * in any case. */
    uint32_t idle_timeout_ms;
    uint32_t total_timeout_ms;
};

/* A download under way. One at a time of those that share their mirrors. */
struct download;

/*
 * Begins, by steps: request and detail must outlive the download. STATUS_OUT_OF_MEMORY, and then
 * *ret_download is NULL.
 */
enum status download_start(struct network *network, const struct download_request *request,
                           struct text *detail, struct download **ret_download);

/*
 * Goes on, and never waits: to be called again until an error or *ret_done.
 *
 * What fails is tried again, at other places first, later and later (retry.h); what a server
 * says about when to come again is heeded. detail names the URL, what was expected and what was
 * found: of the last failure. body's own details must go there as well.
 *
 * Not tried again: STATUS_ABORTED, STATUS_OUT_OF_MEMORY, errors of network_poll and of body but
 * for STATUS_BLOB_SIZE and STATUS_BLOB_DIGEST. Tried elsewhere only: STATUS_URL_*;
 * STATUS_HTTP_NOT_FOUND and most other STATUS_HTTP_STATUS; answers that cannot be used. Tried
 * until the time is over: STATUS_NET_*, STATUS_HTTP_TRUNCATED, STATUS_HTTP_STATUS of 408, 429
 * and from 500 on. See http-transfer.h.
 */
enum status download_step(struct download *download, bool *ret_done);

/*
 * Whether all downloads of the network so far had nothing to do but to wait for it in a quarter
 * of their time or more. What is done beside the next one will cost little time then. Each ms is
 * counted for the step that it ended in.
 */
bool download_leaves_time(const struct network *network);

/* Ends it, wherever it is, and frees it. download may be NULL. */
void download_stop(struct download *download);

/* Whether the last step had nothing to do but to wait. */
bool download_is_idle(const struct download *download);

/* The URL that the file came from, after redirects; where a mirror had it, its own URL. Valid as
 * long as the download. */
struct bytes download_url(const struct download *download);

#endif
