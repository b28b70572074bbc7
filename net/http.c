#include "http-exchange.h"

/* The URLs of a fetch: the one that was asked for, and where redirects led. */
#define HTTP_URLS (HTTP_MAX_REDIRECTS + 1)

struct http_fetch {
    struct http_exchange exchange;
    struct text urls[HTTP_URLS];
    unsigned int url_count;
    char memory[HTTP_URLS][URL_MAX_BYTES];
};

static bool http_is_redirect(unsigned int code)
{
    return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

static struct text *http_add_url(struct http_fetch *fetch)
{
    struct text *url = &fetch->urls[fetch->url_count];

    *url = TEXT(fetch->memory[fetch->url_count]);
    fetch->url_count++;
    return url;
}

static void http_say_code(struct http_fetch *fetch, const char *more)
{
    text_add_u64(fetch->exchange.detail, fetch->exchange.response.code);
    text_add(fetch->exchange.detail, more);
}

static enum status http_redirect_fails(struct http_fetch *fetch, const char *why, enum status st)
{
    http_say_code(fetch, why);
    return st;
}

/* Makes the redirect's target the last URL. */
static enum status http_redirect(struct http_fetch *fetch)
{
    const struct http_response *response = &fetch->exchange.response;
    struct bytes base = text_bytes(&fetch->urls[fetch->url_count - 1]);
    struct bytes location = { (const uint8_t *)response->location, response->location_bytes };
    struct text *detail = fetch->exchange.detail;
    struct text *next;
    enum status st;

    if (response->location_bad)
        return http_redirect_fails(fetch, ", with several Location headers or a too long one",
                                   STATUS_HTTP_REDIRECT_BAD);
    if (location.size == 0)
        return http_redirect_fails(fetch, ", without a Location header", STATUS_HTTP_REDIRECT_BAD);
    if (fetch->url_count == HTTP_URLS)
        return http_redirect_fails(fetch, ", after as many redirects as are followed",
                                   STATUS_HTTP_REDIRECT_LIMIT);
    http_say_code(fetch, ", Location: ");
    next = http_add_url(fetch);
    if ((st = url_resolve(base, location, detail, next)))
        return st;
    for (unsigned int i = 0; i + 1 < fetch->url_count; i++) {
        if (!bytes_equal(text_bytes(next), text_bytes(&fetch->urls[i])))
            continue;
        text_add_quoted(detail, location);
        text_add(detail, " leads back");
        return STATUS_HTTP_REDIRECT_LOOP;
    }
    return STATUS_OK;
}

static enum status http_judge(struct http_fetch *fetch)
{
    const struct http_response *response = &fetch->exchange.response;
    struct text *detail = fetch->exchange.detail;

    if (response->code == 200 || (response->code == 206 && response->wanted.size_bytes > 0))
        return STATUS_OK;
    http_say_code(fetch, response->reason_bytes > 0 ? " " : "");
    if (response->reason_bytes > 0)
        text_add_bytes(detail,
                       (struct bytes){ (const uint8_t *)response->reason, response->reason_bytes });
    return response->code == 404 || response->code == 410 ? STATUS_HTTP_NOT_FOUND
                                                          : STATUS_HTTP_STATUS;
}

static enum status http_follow(struct http_fetch *fetch, struct bytes url)
{
    enum status st =
        url_resolve((struct bytes){ NULL, 0 }, url, fetch->exchange.detail, http_add_url(fetch));

    if (st)
        return st;
    for (;;) {
        st = http_exchange_run(&fetch->exchange, text_bytes(&fetch->urls[fetch->url_count - 1]));
        if (st)
            return st;
        if (!http_is_redirect(fetch->exchange.response.code))
            return http_judge(fetch);
        if ((st = http_redirect(fetch)))
            return st;
    }
}

enum status http_get(struct network *network, const struct http_request *request,
                     struct text *detail, struct text *ret_url)
{
    struct net_platform *platform = network->platform;
    /* Too large for the stack that the firmware gives. */
    struct http_fetch *fetch = platform->allocate(platform, sizeof(*fetch));
    enum status st;

    if (!fetch)
        return STATUS_OUT_OF_MEMORY;
    fetch->url_count = 0;
    fetch->exchange.network = network;
    fetch->exchange.request = request;
    fetch->exchange.detail = detail;
    fetch->exchange.total_deadline_ms = platform->now_ms(platform) + request->total_timeout_ms;
    text_clear(detail);
    st = http_follow(fetch, request->url);
    if (!st) {
        text_clear(detail);
        if (request->ret_file_bytes)
            *request->ret_file_bytes = http_response_file_bytes(&fetch->exchange.response);
        if (ret_url) {
            text_clear(ret_url);
            text_add_bytes(ret_url, text_bytes(&fetch->urls[fetch->url_count - 1]));
        }
    }
    platform->release(platform, fetch);
    return st;
}
