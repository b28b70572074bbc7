#include "download-state.h"

/* What a failure means for the place where it happened. */
enum verdict {
    VERDICT_OVER,      /* for the download: nobody can help */
    VERDICT_ELSEWHERE, /* it does not have the file */
    VERDICT_LATER,     /* it may have it in a while */
    VERDICT_WHOLE,     /* it does not send parts of it */
    VERDICT_CHANGED,   /* there is another version of the file now */
};

static bool is_passing(unsigned int code)
{
    return code >= 500 || code == HTTP_STATUS_REQUEST_TIMEOUT ||
           code == HTTP_STATUS_TOO_MANY_REQUESTS;
}

static enum verdict judge_code(const struct download_part *part)
{
    unsigned int code = part->transfer.exchange.response.code;

    if (code == HTTP_STATUS_RANGE_NOT_SATISFIABLE && part->position > 0)
        return VERDICT_CHANGED;
    return is_passing(code) ? VERDICT_LATER : VERDICT_ELSEWHERE;
}

static enum verdict judge_range(const struct download_part *part)
{
    if (part->is_changed)
        return VERDICT_CHANGED;
    return part->is_limited || download_is_whole_only(part->download, part->place)
               ? VERDICT_ELSEWHERE
               : VERDICT_WHOLE;
}

static enum verdict judge(const struct download_part *part, enum status st)
{
    const struct download *download = part->download;

    if (part->sink_failed)
        return st == STATUS_BLOB_SIZE ? VERDICT_ELSEWHERE : VERDICT_OVER;
    if (download_now(download) >= download->total_deadline_ms)
        return VERDICT_OVER;
    switch (st) {
    case STATUS_NET_NAME_UNKNOWN:
    case STATUS_NET_CONNECT:
    case STATUS_NET_TIMEOUT:
    case STATUS_NET_RESET:
    case STATUS_HTTP_TRUNCATED:
        return VERDICT_LATER;
    case STATUS_HTTP_STATUS:
        return judge_code(part);
    case STATUS_HTTP_RANGE:
        return judge_range(part);
    case STATUS_HTTP_NOT_FOUND:
    case STATUS_HTTP_MALFORMED:
    case STATUS_HTTP_HEADERS_TOO_LONG:
    case STATUS_HTTP_REDIRECT_LOOP:
    case STATUS_HTTP_REDIRECT_LIMIT:
    case STATUS_HTTP_REDIRECT_BAD:
    case STATUS_HTTP_ENCODING:
    case STATUS_URL_BAD:
    case STATUS_URL_SCHEME:
    case STATUS_URL_NO_BASE:
    case STATUS_URL_TOO_LONG:
        return VERDICT_ELSEWHERE;
    default:
        return VERDICT_OVER;
    }
}

/* ---- saying it ------------------------------------------------------------------------------- */

/* body's own words follow the URL in detail; a part's stand in its own. */
static void remember(struct download *download, enum status st, const struct text *detail)
{
    download->failure = st;
    text_clear(&download->failure_detail);
    text_add_bytes(&download->failure_detail, text_bytes(detail));
}

static void notice(const struct download *download, const char *what, uint64_t ms)
{
    char memory[DOWNLOAD_DETAIL_BYTES + 100];
    struct text line = TEXT(memory);

    if (!download->request->notice)
        return;
    text_add_bytes(&line, text_bytes(&download->failure_detail));
    text_add(&line, "; ");
    text_add(&line, what);
    if (ms > 0) {
        text_add(&line, " in ");
        text_add_u64(&line, ms / 1000);
        text_add(&line, ".");
        text_add_u64(&line, ms % 1000 / 100);
        text_add(&line, " s");
    }
    download->request->notice(download->request->context, &line);
}

enum status download_give_up(struct download *download)
{
    if (!download->failure) {
        download->failure = STATUS_NET_TIMEOUT;
        text_add(&download->failure_detail, "no time was left");
    }
    text_clear(download->detail);
    text_add_bytes(download->detail, text_bytes(&download->failure_detail));
    return download->failure;
}

/* ---- what comes next ------------------------------------------------------------------------- */

/* It is of no use (any more): the others, if there are any. */
static enum status go_elsewhere(struct download *download, const char *why)
{
    if (mirrors_left(download->request->mirrors) == 0)
        return download_give_up(download);
    notice(download, why, 0);
    return STATUS_OK;
}

/* What the server asked for, in ms; 0: nothing. */
static uint64_t asked_ms(const struct download_part *part, enum status st)
{
    const struct http_headers *headers = &part->transfer.exchange.response.headers;
    uint64_t seconds;

    if (st != STATUS_HTTP_STATUS || !headers->retry_after)
        return 0;
    seconds = http_headers_retry_seconds(headers);
    return seconds > UINT32_MAX / 1000 ? UINT32_MAX : seconds * 1000;
}

/*
 * It is over when nothing has come for the idle time, and everybody has been asked meanwhile
 * and had a second chance, if there is only one.
 */
static bool has_waited_enough(const struct download *download, uint64_t now_ms)
{
    size_t places = mirrors_left(download->request->mirrors);

    return now_ms >= download->progress_ms &&
           now_ms - download->progress_ms >= download->request->idle_timeout_ms &&
           download->failures >= (places > 2 ? places : 2);
}

/* Nothing is started for a while. next: for the notice. */
static enum status wait_before(struct download *download, uint64_t wait_ms, const char *next)
{
    uint64_t now_ms = download_now(download);

    if (now_ms >= download->total_deadline_ms || wait_ms >= download->total_deadline_ms - now_ms)
        return download_give_up(download);
    download->pause_until_ms = now_ms + wait_ms;
    notice(download, next, wait_ms);
    return STATUS_OK;
}

/* The place is left alone for a while; others may do meanwhile. */
static enum status try_later(struct download *download, size_t place, uint64_t asked)
{
    struct mirrors *mirrors = download->request->mirrors;
    uint64_t now_ms = download_now(download), wait_ms;
    size_t next;

    if (has_waited_enough(download, now_ms))
        return download_give_up(download);
    mirrors_failed(mirrors, place, now_ms,
                   retry_delay_ms(&mirrors->list[place].retry, download_random(download), asked));
    if (!mirrors_pick(mirrors, now_ms, &next, &wait_ms))
        return download_give_up(download);
    /* Others failed at the same moment and turn to the same place. */
    if (wait_ms == 0)
        wait_ms = retry_spread_ms(download_random(download), RETRY_FIRST_MS);
    else if (asked > 0 && now_ms + wait_ms > download->progress_ms)
        download->progress_ms = now_ms + wait_ms;
    return wait_before(download, wait_ms, next == place ? "trying again" : "trying another mirror");
}

/* What is there is worth nothing; what the place has now may be. */
static enum status begin_again(struct download *download)
{
    download_forget(download);
    if (has_waited_enough(download, download_now(download)))
        return download_give_up(download);
    return wait_before(download, retry_spread_ms(download_random(download), RETRY_FIRST_MS),
                       "beginning again");
}

/* It refused one connection more while others to it do their work. */
static bool is_crowded(const struct download *download, const struct download_part *failed,
                       enum status st)
{
    if (failed->transfer.exchange.response.headers_done ? st != STATUS_HTTP_STATUS
                                                        : st != STATUS_NET_CONNECT)
        return false;
    for (size_t i = 0; i < DOWNLOAD_PARTS; i++) {
        const struct download_part *part = download->parts[i];

        if (part && part->active && part->place == failed->place &&
            part->transfer.exchange.response.body_bytes > 0)
            return true;
    }
    return false;
}

/* Where a redirect led may be what failed: the next time starts at the beginning. */
static void forget_redirect(struct download *download, size_t place)
{
    struct download_place *known = &download->places[place];

    known->url = TEXT(known->url_memory);
    text_add_bytes(&known->url, bytes_first(download->request->urls[place], URL_MAX_BYTES));
}

enum status download_part_failed(struct download *download, struct download_part *part,
                                 enum status st)
{
    struct mirrors *mirrors = download->request->mirrors;
    enum verdict verdict = judge(part, st);
    uint64_t asked = asked_ms(part, st);
    bool crowded = verdict == VERDICT_LATER && is_crowded(download, part, st);

    download_part_stop(part);
    if (part->is_obsolete)
        return STATUS_OK;
    if (crowded) {
        parallel_limit(&download->parallel, download_busy(download));
        return STATUS_OK;
    }
    remember(download, st, part->sink_failed ? download->detail : &part->detail);
    forget_redirect(download, part->place);
    if (part->is_limited)
        download_forget(download);
    download->failures++;
    download->fresh_bytes = 0;
    switch (verdict) {
    case VERDICT_LATER:
        return try_later(download, part->place, asked);
    case VERDICT_ELSEWHERE:
        mirrors_drop(mirrors, part->place);
        return go_elsewhere(download, "trying another mirror");
    case VERDICT_WHOLE:
        mirrors->list[part->place].no_ranges = true;
        notice(download, "fetching it as a whole", 0);
        return STATUS_OK;
    case VERDICT_CHANGED:
        return begin_again(download);
    case VERDICT_OVER:
        break;
    }
    return download_give_up(download);
}

enum status download_wrong(struct download *download, enum status st)
{
    struct mirrors *mirrors = download->request->mirrors;
    unsigned int sources = download->sources;
    bool is_one = (sources & (sources - 1)) == 0;
    bool is_joined = download->is_joined;

    remember(download, st, download->detail);
    download_forget(download);
    download->failures++;
    /* Whose bytes were wrong is only known where all are from one place, and belong together. */
    if (!download->is_solo && (!is_one || is_joined)) {
        download->is_solo = true;
        notice(download, "fetching it as a whole from one place", 0);
        return STATUS_OK;
    }
    for (size_t i = 0; i < mirrors->count; i++) {
        if (!(sources & 1U << i))
            continue;
        if (st == STATUS_BLOB_DIGEST)
            mirrors_distrust(mirrors, i);
        else
            mirrors_drop(mirrors, i);
    }
    return go_elsewhere(download, "trying another mirror");
}
