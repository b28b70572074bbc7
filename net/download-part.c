#include "download-state.h"
#include "http-exchange-text.h"

static struct download_part *part_of(struct sink *sink)
{
    /* The sink is the first member, so both have the same address. */
    return (struct download_part *)(void *)sink;
}

static const struct http_response *response_of(const struct download_part *part)
{
    return &part->transfer.exchange.response;
}

static bool is_same(const struct http_validator *a, const struct http_validator *b)
{
    return a->size > 0 && bytes_equal(http_validator_bytes(a), http_validator_bytes(b));
}

/* Remembers which version it is, and where it was found. */
static void note_place(struct download_part *part)
{
    struct download_place *place = &part->download->places[part->place];
    struct bytes url = http_transfer_url(&part->transfer);

    place->answered = true;
    place->validator = http_headers_validator(&response_of(part)->headers);
    place->url = TEXT(place->url_memory);
    text_add_bytes(&place->url, url);
    part->download->sources |= 1U << part->place;
}

/* Messages of body's sinks follow the URL. */
static void name_url(struct download *download, struct bytes url)
{
    text_clear(download->detail);
    http_say_url(download->detail, url);
}

static enum status begin_body(struct download_part *part, uint64_t size_bytes)
{
    struct download *download = part->download;
    enum status st;

    name_url(download, http_transfer_url(&part->transfer));
    if ((st = download->request->body->begin(download->request->body, size_bytes))) {
        part->sink_failed = true;
        return st;
    }
    download->begun = true;
    download->memory = NULL;
    if (size_bytes != SINK_SIZE_UNKNOWN && download->request->memory)
        download->memory = download->request->memory(download->request->context);
    return STATUS_OK;
}

/* Without a digest and without a validator, only what comes in one answer is one file. */
static bool is_unsafe_to_join(const struct download_part *part)
{
    const struct download *download = part->download;
    const struct content_range *range = &response_of(part)->headers.range;

    return !download->request->is_pinned && download->places[part->place].validator.size == 0 &&
           range->last_byte - range->first_byte + 1 < range->complete_bytes;
}

/* The first answer of a version: it says how large the file is. */
static enum status begin_version(struct download_part *part)
{
    const struct http_response *response = response_of(part);
    struct download *download = part->download;
    uint64_t size_bytes = http_response_file_bytes(response);
    enum status st;

    note_place(part);
    if (response->code == HTTP_STATUS_PARTIAL_CONTENT && size_bytes == RANGE_PLAN_UNKNOWN) {
        text_add(&part->detail, "the server does not say how large the file is");
        return STATUS_HTTP_RANGE;
    }
    if (response->code == HTTP_STATUS_PARTIAL_CONTENT && is_unsafe_to_join(part)) {
        download_forget(download);
        download->is_solo = part->is_obsolete = true;
        return STATUS_HTTP_RANGE;
    }
    if (size_bytes != RANGE_PLAN_UNKNOWN && !range_plan_set_size(&download->plan, size_bytes))
        return STATUS_HTTP_RANGE;
    if (response->code == HTTP_STATUS_OK) {
        range_plan_take_rest(&download->plan, part->owner);
        part->position = part->skip_bytes = 0;
        /* Nobody asked for a certain version: so it just does not send parts. */
        if (part->request.range.size_bytes > 0 && part->request.if_range.size == 0)
            download->request->mirrors->list[part->place].no_ranges = true;
    }
    if ((st = begin_body(part, size_bytes)) || download->memory)
        return st;
    return download_begin_in_order(part);
}

/* Nothing that is there is worth anything: the answer is all of another version. */
static enum status begin_anew(struct download_part *part)
{
    struct download *download = part->download;

    download_forget(download);
    range_plan_take_rest(&download->plan, part->owner);
    return begin_version(part);
}

/* Whether the answer is of the version that is being fetched. */
static bool is_proven(const struct download_part *part)
{
    struct download *download = part->download;
    struct http_validator validator = http_headers_validator(&response_of(part)->headers);
    const struct download_place *place = &download->places[part->place];

    /* A server that sends a part although it was asked for a version sends that version. */
    if (place->answered && part->if_range.size > 0 && validator.size == 0)
        return response_of(part)->code == HTTP_STATUS_PARTIAL_CONTENT;
    if (place->answered)
        return is_same(&validator, &place->validator);
    /* Another place may say the same of the same file; a date alone proves nothing there. */
    for (size_t i = 0; i < download->request->mirrors->count; i++)
        if (validator.text[0] == '"' && download->places[i].answered &&
            is_same(&validator, &download->places[i].validator))
            return true;
    return false;
}

/* Whether it is certainly of another version. */
static bool is_other_version(const struct download_part *part)
{
    struct download *download = part->download;
    struct http_validator validator = http_headers_validator(&response_of(part)->headers);
    const struct download_place *place = &download->places[part->place];
    uint64_t size_bytes = http_response_file_bytes(response_of(part));

    if (size_bytes != RANGE_PLAN_UNKNOWN && download->plan.size_bytes != RANGE_PLAN_UNKNOWN &&
        size_bytes != download->plan.size_bytes)
        return true;
    return place->answered && validator.size > 0 && place->validator.size > 0 &&
           !is_same(&validator, &place->validator);
}

/* A part of the version that is being fetched, or so it should be. */
static enum status continue_with_part(struct download_part *part)
{
    struct download *download = part->download;
    uint64_t size_bytes = http_response_file_bytes(response_of(part));
    bool proven = is_proven(part);

    if (is_other_version(part) || (!proven && !download->request->is_pinned)) {
        text_add(&part->detail, "the file has changed meanwhile");
        part->is_changed = true;
        return STATUS_HTTP_RANGE;
    }
    if (size_bytes != RANGE_PLAN_UNKNOWN && !range_plan_set_size(&download->plan, size_bytes))
        return STATUS_HTTP_RANGE;
    download->is_joined |= !proven;
    if (!download->places[part->place].answered)
        note_place(part);
    return STATUS_OK;
}

/* All of the file, although some of it is there already. */
static enum status continue_with_whole(struct download_part *part)
{
    struct download *download = part->download;

    if (is_other_version(part) || !is_proven(part))
        return begin_anew(part);
    /* It has not changed, so the server just does not send parts. */
    if (part->request.range.size_bytes > 0)
        download->request->mirrors->list[part->place].no_ranges = true;
    range_plan_take_rest(&download->plan, part->owner);
    part->position = part->skip_bytes = range_plan_prefix(&download->plan);
    return STATUS_OK;
}

static enum status part_begin(struct sink *sink, uint64_t size_bytes)
{
    struct download_part *part = part_of(sink);
    struct download *download = part->download;

    if (download->request->ret_file_bytes)
        *download->request->ret_file_bytes = http_response_file_bytes(response_of(part));
    if (part->is_limited)
        return begin_body(part, size_bytes);
    if (range_plan_left(&download->plan, part->owner) == 0) {
        part->is_obsolete = true;
        return STATUS_HTTP_RANGE;
    }
    if (!download->begun)
        return begin_version(part);
    return response_of(part)->code == HTTP_STATUS_PARTIAL_CONTENT ? continue_with_part(part)
                                                                  : continue_with_whole(part);
}

/* New bytes are a reason to go on; enough of them, to take the next failure for a first one. */
static void note_progress(struct download_part *part, size_t bytes)
{
    struct download *download = part->download;
    uint64_t now_ms = download_now(download);

    parallel_arrived(&download->parallel, now_ms, bytes);
    download->there_bytes += bytes;
    if (download->there_bytes <= download->most_bytes)
        return;
    download->most_bytes = download->there_bytes;
    if (now_ms > download->progress_ms)
        download->progress_ms = now_ms;
    download->fresh_bytes += bytes;
    if (download->fresh_bytes < DOWNLOAD_FRESH_BYTES)
        return;
    download->failures = 0;
    retry_succeeded(&download->request->mirrors->list[part->place].retry);
}

/* Where the bytes go at once: to memory, or to body, which gets them in order then. */
static enum status put(struct download_part *part, struct bytes bytes)
{
    struct download *download = part->download;
    struct sink *body = download->request->body;
    enum status st;

    if (download->memory) {
        memcpy(download->memory + part->position, bytes.data, bytes.size);
        return STATUS_OK;
    }
    st = body->write(body, bytes);
    part->sink_failed = st != STATUS_OK;
    return st;
}

static enum status part_write(struct sink *sink, struct bytes bytes)
{
    struct download_part *part = part_of(sink);
    struct range_plan *plan = &part->download->plan;
    uint64_t left_bytes = range_plan_left(plan, part->owner);
    uint64_t skipped = part->skip_bytes < bytes.size ? part->skip_bytes : bytes.size;
    enum status st;

    part->skip_bytes -= skipped;
    bytes = bytes_from(bytes, (size_t)skipped);
    if (bytes.size > left_bytes)
        bytes = bytes_first(bytes, (size_t)left_bytes);
    if (bytes.size == 0)
        return STATUS_OK;
    part->download->sources |= 1U << part->place;
    if ((st = put(part, bytes)))
        return st;
    part->position += bytes.size;
    part->got_bytes += bytes.size;
    range_plan_arrived(plan, part->owner, bytes.size);
    note_progress(part, bytes.size);
    return STATUS_OK;
}

/* Where only the end of the answer tells how large the file is, it is told now. */
static enum status part_finish(struct sink *sink)
{
    struct download_part *part = part_of(sink);
    struct range_plan *plan = &part->download->plan;

    if (plan->size_bytes == RANGE_PLAN_UNKNOWN && !range_plan_set_size(plan, part->position))
        return STATUS_HTTP_RANGE;
    if (response_of(part)->code == HTTP_STATUS_OK && range_plan_left(plan, part->owner) > 0) {
        text_add(&part->detail, "expected ");
        text_add_u64(&part->detail, plan->size_bytes);
        text_add(&part->detail, " bytes, found ");
        text_add_u64(&part->detail, part->position);
        return STATUS_HTTP_TRUNCATED;
    }
    return STATUS_OK;
}

/* Takes the next part in the plan and describes it as a range; none for all of the file. */
static bool take_part(struct download *download, struct download_part *part)
{
    const struct download_request *request = download->request;
    uint64_t missing_bytes = range_plan_missing(&download->plan);
    uint64_t most_bytes = RANGE_PLAN_UNKNOWN, first, bytes;
    bool has_memory = download->begun ? download->memory != NULL : request->memory != NULL;

    part->request.range = request->range;
    part->request.or_whole = request->range.size_bytes == 0;
    /* Where the bytes go in order, and from one connection, parts would only cost time. */
    if (has_memory && !part->is_limited && !download_is_whole_only(download, part->place))
        most_bytes =
            parallel_part_bytes(&download->parallel, download_now(download), missing_bytes);
    if (!range_plan_take(&download->plan, part->owner, most_bytes, &first, &bytes))
        return false;
    part->position = first;
    part->bytes = bytes;
    if (part->is_limited || download_is_whole_only(download, part->place))
        return true;
    if (first > 0 || bytes != RANGE_PLAN_UNKNOWN)
        part->request.range = (struct http_range){ first, bytes };
    return true;
}

enum status download_part_start(struct download *download, struct download_part *part, size_t place,
                                struct download_part *before, bool *ret_started)
{
    const struct download_request *request = download->request;
    const struct download_place *known = &download->places[place];
    uint32_t idle_ms = request->idle_timeout_ms;
    uint64_t stall_ms = (uint64_t)DOWNLOAD_STALL_MS
                        << (download->failures < 8 ? download->failures : 8);

    part->is_obsolete = part->is_changed = part->sink_failed = false;
    part->is_limited = request->range.size_bytes > 0;
    part->place = place;
    part->skip_bytes = part->got_bytes = 0;
    part->since_ms = download_now(download);
    part->if_range.size = 0;
    part->sink = (struct sink){ part_begin, part_write, part_finish };
    part->detail = TEXT(part->detail_memory);
    if (stall_ms > idle_ms)
        stall_ms = idle_ms;
    part->request = (struct http_request){
        .url = known->answered ? text_bytes(&known->url) : request->urls[place],
        .body = &part->sink,
        .name_timeout_ms = idle_ms,
        /* A server that is slow to answer is only left where there are others. */
        .idle_timeout_ms = mirrors_left(request->mirrors) > 1 ? (uint32_t)stall_ms : idle_ms,
        .stall_timeout_ms = (uint32_t)stall_ms,
        .total_timeout_ms = (uint32_t)(download->total_deadline_ms - download_now(download)),
    };
    *ret_started = take_part(download, part);
    if (!*ret_started)
        return STATUS_OK;
    if (download->begun && known->answered) {
        part->if_range = known->validator;
        part->request.if_range = http_validator_bytes(&part->if_range);
    }
    part->active = true;
    return http_transfer_start(&part->transfer, download->network, &part->request, &part->detail,
                               before ? &before->transfer : NULL);
}

void download_part_stop(struct download_part *part)
{
    http_transfer_stop(&part->transfer);
    range_plan_release(&part->download->plan, part->owner);
    part->active = false;
}
