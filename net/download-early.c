/*
 * On a long path connections open before the first answer, and on a very long one parts are asked
 * for on them: before it is known how large the file is, whether the server does ranges, and how
 * many connections it stands.
 */
#include "download-state.h"

/* Whether nobody knows yet whether the file has parts. */
static bool is_before_answer(const struct download *download)
{
    return !download->begun && download->request->memory &&
           download->request->range.size_bytes == 0;
}

bool download_asks_early(const struct download *download)
{
    return is_before_answer(download) && !download->is_patient &&
           parallel_asks_early(&download->parallel);
}

void download_note_trip(struct download *download, const struct http_exchange *exchange)
{
    unsigned int target = download->parallel.target;

    if (exchange->trip_ms > 0)
        parallel_connected(&download->parallel, exchange->trip_ms);
    else if (exchange->phase == HTTP_CONNECTING)
        parallel_waited(&download->parallel, download_now(download) - exchange->last_sign_ms);
    if (download->parallel.target > target && exchange->connection && is_before_answer(download))
        http_exchange_prepare(exchange, download->parallel.target - 1);
}

bool download_is_needless(const struct download_part *part)
{
    const struct download *download = part->download;

    if (part->sink_failed)
        return false;
    return download->begun ? range_plan_left(&download->plan, part->owner) == 0
                           : part->position > 0 || download_busy(download) > 1;
}

enum status download_begin_in_order(struct download_part *part)
{
    struct download *download = part->download;

    if (part->position > 0) {
        download_forget(download);
        download->is_patient = part->is_obsolete = true;
        return STATUS_HTTP_RANGE;
    }
    range_plan_take_rest(&download->plan, part->owner);
    return STATUS_OK;
}
