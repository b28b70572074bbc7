#include "fetch.h"

#include "../net/mirror-url.h"
#include "../payload/buffer-sink.h"
#include "../payload/mbedtls-sha256.h"

/* What is not larger is not asked for in parts: an entry may be made by a program that has never
 * heard of them. In bytes. */
#define FETCH_TEXT_MAX_BYTES (1024 * 1024)

/* The URLs of one file, its own first. Too large for the stack that the firmware gives. */
struct places {
    struct bytes urls[MIRRORS_MOST];
    char memory[MIRRORS_MOST][URL_MAX_BYTES];
};

static void log_digest(const struct fetch_job *job)
{
    char memory[200];
    struct text line = TEXT(memory);

    text_add(&line, job->file.name);
    if (job->file.expected.digest) {
        text_add(&line, ": SHA-256 ");
        text_add_hex_bytes(&line, (struct bytes){ job->digest.result.bytes, SHA256_BYTES });
        text_add(&line, " as expected, by ");
        text_add(&line, mbedtls_sha256_way());
    } else {
        text_add(&line, ": not checked, no SHA-256 was given");
    }
    console_line(job->fetch.console, &line);
}

static uint8_t *job_memory(void *context)
{
    const struct fetch_job *job = context;

    return job->pages.data ? job->pages.data : job->region.data;
}

/* Says what goes wrong meanwhile. */
static void job_notice(void *context, const struct text *what)
{
    const struct fetch_job *job = context;
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, job->file.name);
    text_add(&line, ": ");
    text_add_bytes(&line, text_bytes(what));
    console_line(job->fetch.console, &line);
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

/* Starts the download that the job's request describes as far as it is not the same for all. */
static enum status start_download(struct fetch_job *job)
{
    const struct fetch *fetch = &job->fetch;
    struct places *places;
    enum status st;

    if ((st = pages_allocate(&job->places, fetch->services, sizeof(*places))))
        return st;
    places = (struct places *)(void *)job->places.data;
    job->request.urls = places->urls;
    job->request.mirrors = fetch->mirrors;
    job->request.notice = job_notice;
    job->request.context = job;
    job->request.idle_timeout_ms = fetch->idle_timeout_ms;
    job->request.total_timeout_ms = fetch->total_timeout_ms;
    if ((st = list_places(fetch, job->file.url, job->detail, places)))
        return st;
    return download_start(fetch->network, &job->request, job->detail, &job->download);
}

static void init(struct fetch_job *job, const struct fetch *fetch, const struct fetch_file *file,
                 struct text *detail)
{
    memset(job, 0, sizeof(*job));
    job->fetch = *fetch;
    job->file = *file;
    job->detail = detail;
}

static enum status start_through(struct fetch_job *job, struct sink *to)
{
    timed_sink_init(&job->behind, to);
    digest_sink_init(&job->digest, &job->behind.sink, job->file.expected, job->detail);
    timed_sink_init(&job->before, &job->digest.sink);
    progress_sink_init(&job->progress, &job->before.sink, job->fetch.console, job->fetch.clock,
                       job->file.name);
    job->request.body = &job->progress.sink;
    job->request.is_pinned = job->file.expected.digest != NULL;
    return start_download(job);
}

enum status fetch_start(struct fetch_job *job, const struct fetch *fetch,
                        const struct fetch_file *file, struct text *detail)
{
    init(job, fetch, file, detail);
    pages_sink_init(&job->memory, &job->pages, fetch->services, file->limit_bytes, detail);
    job->memory.also = file->also;
    if (file->limit_bytes > FETCH_TEXT_MAX_BYTES)
        job->request.memory = job_memory;
    return start_through(job, &job->memory.sink);
}

enum status fetch_step(struct fetch_job *job, bool *ret_done)
{
    enum status st = download_step(job->download, ret_done);

    if (st || !*ret_done)
        return st;
    if (job->digest.size_bytes == 0) {
        text_add_quoted(job->detail, job->file.url);
        return STATUS_BLOB_EMPTY;
    }
    log_digest(job);
    return STATUS_OK;
}

bool fetch_is_idle(const struct fetch_job *job)
{
    return download_is_idle(job->download);
}

void fetch_take(struct fetch_job *job, struct pages *ret_pages, struct bytes *ret_bytes,
                struct text *ret_url)
{
    *ret_bytes = pages_sink_bytes(&job->memory);
    *ret_pages = job->pages;
    job->pages = (struct pages){ 0 };
    if (ret_url) {
        text_clear(ret_url);
        text_add_bytes(ret_url, download_url(job->download));
    }
}

void fetch_stop(struct fetch_job *job)
{
    /* The digest's time is what passes before it without what passes behind it. */
    if (job->file.expected.digest)
        stages_add_work(job->fetch.stages, STAGE_WORK_VERIFY,
                        job->before.spent_cycles - job->behind.spent_cycles);
    download_stop(job->download);
    pages_free(&job->places);
    pages_free(&job->pages);
}

/* To its end, after it was started with this status. */
static enum status run(struct fetch_job *job, enum status st)
{
    bool done = false;

    while (!st && !done)
        st = fetch_step(job, &done);
    return st;
}

enum status fetch_file(const struct fetch *fetch, const struct fetch_file *file,
                       struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                       struct text *ret_url)
{
    struct fetch_job job;
    enum status st = run(&job, fetch_start(&job, fetch, file, detail));

    if (!st)
        fetch_take(&job, ret_pages, ret_bytes, ret_url);
    fetch_stop(&job);
    return st;
}

enum status fetch_through(const struct fetch *fetch, const struct fetch_file *file, struct sink *to,
                          struct text *detail)
{
    struct fetch_job job;
    enum status st;

    init(&job, fetch, file, detail);
    st = run(&job, start_through(&job, to));
    fetch_stop(&job);
    return st;
}

enum status fetch_into(const struct fetch *fetch, const struct fetch_file *file,
                       struct buffer region, struct text *detail)
{
    struct fetch_job job;
    struct buffer_sink memory;
    enum status st;

    init(&job, fetch, file, detail);
    job.file.expected.size_bytes = region.size;
    job.region = region;
    job.request.memory = job_memory;
    buffer_sink_init(&memory, region);
    st = run(&job, start_through(&job, &memory.sink));
    fetch_stop(&job);
    return st;
}

enum status fetch_range(const struct fetch *fetch, struct bytes url, struct http_range range,
                        struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                        uint64_t *ret_file_bytes)
{
    struct fetch_file file = { .name = "initrd", .url = url };
    struct fetch_job job;
    bool done = false;
    enum status st;

    init(&job, fetch, &file, detail);
    pages_sink_init(&job.memory, &job.pages, fetch->services, range.size_bytes, detail);
    job.request.range = range;
    job.request.ret_file_bytes = ret_file_bytes;
    job.request.body = &job.memory.sink;
    st = start_download(&job);
    while (!st && !done)
        st = download_step(job.download, &done);
    if (!st)
        fetch_take(&job, ret_pages, ret_bytes, NULL);
    fetch_stop(&job);
    return st;
}
