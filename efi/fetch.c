#include "fetch.h"

#include "../net/http.h"
#include "../payload/buffer-sink.h"
#include "mbedtls-sha256.h"
#include "progress.h"

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

/* HTTP body -> progress -> digest -> to. */
static enum status run(const struct fetch *fetch, const struct fetch_file *file, struct sink *to,
                       struct text *detail, struct text *ret_url)
{
    struct digest_sink digest;
    struct progress_sink progress;
    struct http_request request = {
        .url = file->url,
        .body = &progress.sink,
        .idle_timeout_ms = fetch->idle_timeout_ms,
        .total_timeout_ms = fetch->total_timeout_ms,
    };
    enum status st;

    digest_sink_init(&digest, to, file->expected, detail);
    progress_sink_init(&progress, &digest.sink, fetch->console, fetch->clock, file->name);
    if ((st = http_get(fetch->network, &request, detail, ret_url)))
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
    enum status st;

    pages_sink_init(&memory, &pages, fetch->services, file->limit_bytes, detail);
    st = run(fetch, file, &memory.sink, detail, ret_url);
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
    return run(fetch, file, to, detail, NULL);
}

enum status fetch_into(const struct fetch *fetch, const struct fetch_file *file,
                       struct buffer region, struct text *detail)
{
    struct fetch_file sized = *file;
    struct buffer_sink memory;

    sized.expected.size_bytes = region.size;
    buffer_sink_init(&memory, region);
    return run(fetch, &sized, &memory.sink, detail, NULL);
}

enum status fetch_range(const struct fetch *fetch, struct bytes url, struct http_range range,
                        struct text *detail, struct pages *ret_pages, struct bytes *ret_bytes,
                        uint64_t *ret_file_bytes)
{
    struct pages pages = { 0 };
    struct pages_sink memory;
    struct http_request request = {
        .url = url,
        .range = range,
        .body = &memory.sink,
        .idle_timeout_ms = fetch->idle_timeout_ms,
        .total_timeout_ms = fetch->total_timeout_ms,
        .ret_file_bytes = ret_file_bytes,
    };
    enum status st;

    pages_sink_init(&memory, &pages, fetch->services, range.size_bytes, detail);
    st = http_get(fetch->network, &request, detail, NULL);
    if (st) {
        pages_free(&pages);
        return st;
    }
    *ret_pages = pages;
    *ret_bytes = pages_sink_bytes(&memory);
    return STATUS_OK;
}
