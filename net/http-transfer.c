#include "http-transfer.h"

static bool http_is_redirect(unsigned int code)
{
    return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

static struct text *http_add_url(struct http_transfer *transfer)
{
    struct text *url = &transfer->urls[transfer->url_count];

    *url = TEXT(transfer->memory[transfer->url_count]);
    transfer->url_count++;
    return url;
}

static void http_say_code(struct http_transfer *transfer, const char *more)
{
    text_add_u64(transfer->exchange.detail, transfer->exchange.response.code);
    text_add(transfer->exchange.detail, more);
}

static enum status http_redirect_fails(struct http_transfer *transfer, const char *why,
                                       enum status st)
{
    http_say_code(transfer, why);
    return st;
}

/* Makes the redirect's target the last URL. */
static enum status http_redirect(struct http_transfer *transfer)
{
    const struct http_response *response = &transfer->exchange.response;
    struct bytes base = text_bytes(&transfer->urls[transfer->url_count - 1]);
    struct bytes location = { (const uint8_t *)response->headers.location,
                              response->headers.location_bytes };
    struct text *detail = transfer->exchange.detail;
    struct text *next;
    enum status st;

    if (response->headers.location_bad)
        return http_redirect_fails(transfer, ", with several Location headers or a too long one",
                                   STATUS_HTTP_REDIRECT_BAD);
    if (location.size == 0)
        return http_redirect_fails(transfer, ", without a Location header",
                                   STATUS_HTTP_REDIRECT_BAD);
    if (transfer->url_count == HTTP_URLS)
        return http_redirect_fails(transfer, ", after as many redirects as are followed",
                                   STATUS_HTTP_REDIRECT_LIMIT);
    http_say_code(transfer, ", Location: ");
    next = http_add_url(transfer);
    if ((st = url_resolve(base, location, detail, next)))
        return st;
    for (unsigned int i = 0; i + 1 < transfer->url_count; i++) {
        if (!bytes_equal(text_bytes(next), text_bytes(&transfer->urls[i])))
            continue;
        text_add_quoted(detail, location);
        text_add(detail, " leads back");
        return STATUS_HTTP_REDIRECT_LOOP;
    }
    return STATUS_OK;
}

/* Whether the answer is the file. */
static enum status http_judge(struct http_transfer *transfer)
{
    const struct http_response *response = &transfer->exchange.response;
    struct text *detail = transfer->exchange.detail;

    if (response->code == 200 || (response->code == 206 && response->wanted.size_bytes > 0))
        return STATUS_OK;
    http_say_code(transfer, response->reason_bytes > 0 ? " " : "");
    if (response->reason_bytes > 0)
        text_add_bytes(detail,
                       (struct bytes){ (const uint8_t *)response->reason, response->reason_bytes });
    return response->code == 404 || response->code == 410 ? STATUS_HTTP_NOT_FOUND
                                                          : STATUS_HTTP_STATUS;
}

static enum status http_start_last(struct http_transfer *transfer)
{
    return http_exchange_start(&transfer->exchange, http_transfer_url(transfer));
}

enum status http_transfer_start(struct http_transfer *transfer, struct network *network,
                                const struct http_request *request, struct text *detail,
                                struct http_transfer *before)
{
    struct net_platform *platform = network->platform;
    enum status st;

    transfer->url_count = 0;
    transfer->exchange.network = network;
    transfer->exchange.request = request;
    transfer->exchange.detail = detail;
    transfer->exchange.connection = NULL;
    transfer->exchange.before = transfer->exchange.behind = NULL;
    transfer->exchange.resolver.pcb = NULL;
    transfer->exchange.total_deadline_ms = platform->now_ms(platform) + request->total_timeout_ms;
    text_clear(detail);
    st = url_resolve((struct bytes){ NULL, 0 }, request->url, detail, http_add_url(transfer));
    if (st)
        return st;
    if (before)
        return http_exchange_start_behind(&transfer->exchange, http_transfer_url(transfer),
                                          &before->exchange);
    return http_start_last(transfer);
}

enum status http_transfer_step(struct http_transfer *transfer, bool *ret_done)
{
    bool done = false;
    enum status st = http_exchange_step(&transfer->exchange, &done);

    *ret_done = false;
    if (st || !done)
        return st;
    if (http_is_redirect(transfer->exchange.response.code)) {
        if ((st = http_redirect(transfer)))
            return st;
        http_exchange_stop(&transfer->exchange);
        return http_start_last(transfer);
    }
    if ((st = http_judge(transfer)))
        return st;
    text_clear(transfer->exchange.detail);
    *ret_done = true;
    return STATUS_OK;
}

void http_transfer_stop(struct http_transfer *transfer)
{
    http_exchange_stop(&transfer->exchange);
}

struct bytes http_transfer_url(const struct http_transfer *transfer)
{
    return text_bytes(&transfer->urls[transfer->url_count - 1]);
}
