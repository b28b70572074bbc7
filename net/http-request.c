#include "http-request.h"

static void add_range(struct http_range range, struct bytes if_range, struct text *request)
{
    if (range.size_bytes == 0)
        return;
    text_add(request, "Range: bytes=");
    text_add_u64(request, range.offset);
    text_add(request, "-");
    if (range.size_bytes != HTTP_RANGE_TO_END)
        text_add_u64(request, range.offset + range.size_bytes - 1);
    text_add(request, "\r\n");
    if (if_range.size == 0)
        return;
    text_add(request, "If-Range: ");
    text_add_bytes(request, if_range);
    text_add(request, "\r\n");
}

void http_request_write(const struct url *url, struct http_range range, struct bytes if_range,
                        struct text *ret_request)
{
    text_add(ret_request, "GET ");
    text_add_bytes(ret_request, url->target);
    text_add(ret_request, " HTTP/1.1\r\nHost: ");
    text_add_bytes(ret_request, url->host);
    if (url->port != 80) {
        text_add(ret_request, ":");
        text_add_u64(ret_request, url->port);
    }
    text_add(ret_request, "\r\n"
                          "User-Agent: pivotboot\r\n"
                          "Accept: */*\r\n"
                          "Accept-Encoding: identity\r\n");
    add_range(range, if_range, ret_request);
    text_add(ret_request, "\r\n");
}
