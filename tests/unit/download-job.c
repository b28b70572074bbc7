#include "download-job.h"

#include "peer-file.h"

static enum status target_begin(struct sink *sink, uint64_t size_bytes)
{
    struct target *target = (struct target *)sink;

    target->begins++;
    target->bytes = 0;
    target->is_version[0] = target->is_version[1] = true;
    free(target->memory);
    target->memory = NULL;
    target->memory_bytes = (size_t)size_bytes;
    if (target->has_memory && size_bytes != SINK_SIZE_UNKNOWN)
        target->memory = malloc(size_bytes + 1);
    return target->begin_fails;
}

static enum status target_write(struct sink *sink, struct bytes bytes)
{
    struct target *target = (struct target *)sink;

    if (target->memory) {
        assert_ptr_equal(bytes.data, target->memory + target->bytes);
        assert_true(bytes.size <= target->memory_bytes - target->bytes);
    }
    for (size_t i = 0; i < bytes.size; i++, target->bytes++)
        for (unsigned int version = 0; version < 2; version++)
            if (bytes.data[i] != peer_file_byte(target->bytes, version))
                target->is_version[version] = false;
    target->rig->spent_ms += target->write_takes_ms;
    return target->write_fails;
}

static enum status target_finish(struct sink *sink)
{
    struct target *target = (struct target *)sink;

    target->finishes++;
    if (!target->pinned || (target->is_version[0] && target->bytes == target->right_bytes))
        return STATUS_OK;
    text_add(target->detail, "wrong bytes");
    return target->bytes == target->right_bytes ? STATUS_BLOB_DIGEST : STATUS_BLOB_SIZE;
}

static uint8_t *target_memory(void *context)
{
    return ((struct target *)context)->memory;
}

static void target_notice(void *context, const struct text *line)
{
    ((struct target *)context)->notices++;
    assert_true(line->size > 0);
}

void target_init(struct target *target, struct rig *rig, const struct job *job)
{
    memset(target, 0, sizeof(*target));
    target->sink = (struct sink){ target_begin, target_write, target_finish };
    target->rig = rig;
    target->has_memory = !job->in_order && !job->no_memory;
    target->pinned = job->pinned;
    target->right_bytes = job->bytes > 0 ? job->bytes : JOB_FILE_BYTES;
    target->detail = detail_clear(&rig->detail);
}

/* All of it at once. */
static enum status download(struct rig *rig, const struct download_request *request,
                            struct text *detail, struct text *ret_url)
{
    struct download *download;
    bool done = false;
    enum status st = download_start(rig->network, request, detail, &download);

    while (!st && !done)
        st = download_step(download, &done);
    if (!st && ret_url)
        text_add_bytes(ret_url, download_url(download));
    download_stop(download);
    return st;
}

enum status target_get(struct target *target, struct rig *rig, const struct job *job,
                       struct mirrors *mirrors, struct detail *ret_url)
{
    struct mirrors own = { 0 };
    char memory[3][64];
    struct bytes urls[3];
    size_t count = 0;
    struct download_request request = {
        .urls = urls,
        .mirrors = mirrors ? mirrors : &own,
        .body = &target->sink,
        .is_pinned = job->pinned,
        .memory = job->in_order ? NULL : target_memory,
        .notice = target_notice,
        .context = target,
        .range = job->range,
        .idle_timeout_ms = job->idle_ms > 0 ? job->idle_ms : JOB_IDLE_MS,
        .total_timeout_ms = job->total_ms > 0 ? job->total_ms : 60000,
    };
    enum status st;

    for (; count < 3 && job->urls[count]; count++) {
        snprintf(memory[count], sizeof(memory[count]), "http://boot%s", job->urls[count]);
        urls[count] = bytes_of_string(memory[count]);
    }
    if (request.mirrors->count == 0)
        mirrors_init(request.mirrors, count);
    rig->received_bytes = 0;
    target->took_ms = rig->platform.now_ms(&rig->platform);
    st = download(rig, &request, target->detail, ret_url ? detail_clear(ret_url) : NULL);
    target->took_ms = rig->platform.now_ms(&rig->platform) - target->took_ms;
    free(target->memory);
    target->memory = NULL;
    return st;
}

enum status target_run(struct target *target, struct rig *rig, const struct peer_page *pages,
                       const struct job *job)
{
    rig_start(rig, pages);
    rig->delay_turns = job->delay_turns;
    target_init(target, rig, job);
    return target_get(target, rig, job, NULL, NULL);
}
