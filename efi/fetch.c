#include "fetch.h"

#include "../net/download.h"
#include "../net/mirror-url.h"
#include "../payload/buffer-sink.h"
#include "../payload/mbedtls-sha256.h"
#include "progress.h"
#include "timed-sink.h"

/* What is not larger is not asked for in parts: an entry may be made by a program that has never
 * heard of them. In bytes. */
#define FETCH_TEXT_MAX_BYTES (1024 * 1024)

/* The URLs of one file, its own first. Too large for the stack that the firmware gives. */
struct places {
    struct bytes urls[MIRRORS_MOST];
    char memory[MIRRORS_MOST][URL_MAX_BYTES];
};

static void log_digest(const struct fetch *fetch, const struct fetch_file *file,
                       const struct digest_sink *digest)
{
    char memory[200];
    struct text line = TEXT(memory);

    text_add(&line, file->name);
    if (file->expected.digest) {
        text_add(&line, ": SHA-256 ");
        text_add_hex_bytes(&line, (struct bytes){ digest->result.bytes, SHA256_BYTES });
        text_add(&line, " as expected, by ");
        text_add(&line, mbedtls_sha256_way());
    } else {
        text_add(&line, ": not checked, no SHA-256 was given");
    }
    console_line(fetch->console, &line);
}

/* What one download is for: says what goes wrong meanwhile, and knows where the bytes go. */
struct errand {
    const struct fetch *fetch;
    const char *name;
    const struct pages *pages; /* NULL: the region; with neither, only the sink gets the bytes */
    struct buffer region;
};

static uint8_t *errand_memory(void *context)
{
    const struct errand *errand = context;

    return errand->pages ? errand->pages->data : errand->region.data;
}

static void errand_notice(void *context, const struct text *what)
{
    const struct errand *errand = context;
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, errand->name);
    text_add(&line, ": ");
    text_add_bytes(&line, text_bytes(what));
    console_line(errand->fetch->console, &line);
}

static enum status list_places(const struct fetch *fetch, struct bytes url, struct text *detail,
                               struct places *places)
{
    places->urls[0] = url;
    for (size_t i = 0; i < fetch->mirror_count; i++) {
        struct text at = TEXT(places->memory[i]);
        struct bytes base = i < fetch->line_mirror_count ? fetch->origin : fetch->base;
        enum status st = mirror_url(base, url, fetch->mirror_urls[i], detail, &at);

        if (st)
            return st;
        places->urls[i + 1] = text_bytes(&at);
    }
    fetch->mirrors->count = fetch->mirror_count + 1;
    return STATUS_OK;
}

/* Completes the request with what is the same for all files. */
static enum status download(const struct fetch *fetch, struct bytes url,
                            struct download_request *request, struct text *detail,
                            struct text *ret_url)
{
    struct pages pages = { 0 };
    struct places *places;
    enum status st;

    if ((st = pages_allocate(&pages, fetch->services, sizeof(*places))))
        return st;
    places = (struct places *)(void *)pages.data;
    request->urls = places->urls;
    request->mirrors = fetch->mirrors;
    request->notice = errand_notice;
    request->idle_timeout_ms = fetch->idle_timeout_ms;
    request->total_timeout_ms = fetch->total_timeout_ms;
    if (!(st = list_places(fetch, url, detail, places)))
        st = download_get(fetch->network, request, detail, ret_url);
    pages_free(&pages);
    return st;
}

/* download -> progress -> digest -> to. */
static enum status run(const struct fetch *fetch, const struct fetch_file *file, struct sink *to,
                       struct errand *errand, struct text *detail, struct text *ret_url)
{
    /* The digest's time is what passes before it without what passes behind it. */
    struct timed_sink before, behind;
    struct digest_sink digest;
    struct progress_sink progress;
    struct download_request request = {
        .body = &progress.sink,
        .is_pinned = file->expected.digest != NULL,
        .memory = errand->pages || errand->region.data ? errand_memory : NULL,
        .context = errand,
    };
    enum status st;

    timed_sink_init(&behind, to);
    digest_sink_init(&digest, &behind.sink, file->expected, detail);
    timed_sink_init(&before, &digest.sink);
    progress_sink_init(&progress, &before.sink, fetch->console, fetch->clock, file->name);
    st = download(fetch, file->url, &request, detail, ret_url);
    if (file->expected.digest)
        stages_add_work(fetch->stages, STAGE_WORK_VERIFY,
                        before.spent_cycles - behind.spent_cycles);
    if (st)
        return st;
    if (digest.size_bytes == 0) {
        text_add_quoted(detail, file->url);
        return STATUS_BLOB_EMPTY;
    }
    log_digest(fetch, file, &digest);
    return STATUS_OK;
}

enum status fetch_file(const struct fetch *fetch, const struct fetch_file *file,
                       struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                       struct text *ret_url)
{
    struct pages pages = { 0 };
    struct pages_sink memory;
    struct errand errand = {
        .fetch = fetch,
        .name = file->name,
        .pages = file->limit_bytes > FETCH_TEXT_MAX_BYTES ? &pages : NULL,
    };
    enum status st;

    pages_sink_init(&memory, &pages, fetch->services, file->limit_bytes, detail);
    memory.also = file->also;
    st = run(fetch, file, &memory.sink, &errand, detail, ret_url);
    if (st) {
        pages_free(&pages);
        return st;
    }
    *ret_pages = pages;
    *ret_bytes = pages_sink_bytes(&memory);
    return STATUS_OK;
}

enum status fetch_through(const struct fetch *fetch, const struct fetch_file *file, struct sink *to,
                          struct text *detail)
{
    struct errand errand = { .fetch = fetch, .name = file->name };

    return run(fetch, file, to, &errand, detail, NULL);
}

enum status fetch_into(const struct fetch *fetch, const struct fetch_file *file,
                       struct buffer region, struct text *detail)
{
    struct fetch_file sized = *file;
    struct buffer_sink memory;
    struct errand errand = { .fetch = fetch, .name = file->name, .region = region };

    sized.expected.size_bytes = region.size;
    buffer_sink_init(&memory, region);
    return run(fetch, &sized, &memory.sink, &errand, detail, NULL);
}

enum status fetch_range(const struct fetch *fetch, struct bytes url, struct http_range range,
                        struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                        uint64_t *ret_file_bytes)
{
    struct pages pages = { 0 };
    struct pages_sink memory;
    struct errand errand = { .fetch = fetch, .name = "initrd" };
    struct download_request request = {
        .range = range,
        .ret_file_bytes = ret_file_bytes,
        .body = &memory.sink,
        .context = &errand,
    };
    enum status st;

    pages_sink_init(&memory, &pages, fetch->services, range.size_bytes, detail);
    st = download(fetch, url, &request, detail, NULL);
    if (st) {
        pages_free(&pages);
        return st;
    }
    *ret_pages = pages;
    *ret_bytes = pages_sink_bytes(&memory);
    return STATUS_OK;
}
