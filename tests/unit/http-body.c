#include "http-body.h"

#include "http-get.h"

static enum status body_begin(struct sink *sink, uint64_t size_bytes)
{
    struct http_body *body = (struct http_body *)sink;

    body->promised = size_bytes;
    body->bytes = 0;
    body->right = true;
    return STATUS_OK;
}

static enum status body_write(struct sink *sink, struct bytes bytes)
{
    struct http_body *body = (struct http_body *)sink;

    for (size_t i = 0; i < bytes.size; i++, body->bytes++)
        if (bytes.data[i] != peer_filler(body->bytes) &&
            (body->bytes >= 6 || bytes.data[i] != "hello\n"[body->bytes]))
            body->right = false;
    return body->write_fails;
}

static enum status body_finish(struct sink *sink)
{
    ((struct http_body *)sink)->finishes++;
    return STATUS_OK;
}

static enum status get(struct rig *rig, const struct http_request *request, struct detail *ret_url)
{
    return http_get(rig->network, request, detail_clear(&rig->detail),
                    ret_url ? detail_clear(ret_url) : NULL);
}

static struct http_request request_for(const char *url, struct http_body *body, uint32_t idle_ms,
                                       uint32_t total_ms)
{
    body->sink = (struct sink){ body_begin, body_write, body_finish };
    return (struct http_request){
        .url = bytes_of_string(url),
        .body = &body->sink,
        .idle_timeout_ms = idle_ms,
        .total_timeout_ms = total_ms,
    };
}

enum status rig_get(struct rig *rig, const char *url, struct http_body *body,
                    struct detail *ret_url)
{
    struct http_request request = request_for(url, body, 1000, 60000);

    return get(rig, &request, ret_url);
}

enum status rig_get_within(struct rig *rig, const char *url, struct http_body *body,
                           uint32_t idle_ms, uint32_t total_ms)
{
    struct http_request request = request_for(url, body, idle_ms, total_ms);

    return get(rig, &request, NULL);
}
