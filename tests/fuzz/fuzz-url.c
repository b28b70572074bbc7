/*
 * url_parse and url_resolve. Input: the base, a line feed, the reference; without a line feed
 * all of it is the reference.
 */
#include <stdlib.h>

#include "net/ip-text.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool inside(struct bytes part, struct bytes whole)
{
    return part.data >= whole.data && part.data + part.size <= whole.data + whole.size;
}

/* What every module behind url_parse relies on. */
static void check_url(struct bytes text, const struct url *url)
{
    require(text.size <= URL_MAX_BYTES);
    require(url->host.size > 0 && inside(url->host, text));
    require(url->port > 0);
    require(url->target.size > 0 && url->target.data[0] == '/');
    require(inside(url->target, text) || bytes_equal(url->target, BYTES("/")));
    if (url->host.data[0] == '[') {
        struct ip_address address;

        require(url->host.data[url->host.size - 1] == ']');
        require(
            ip_text_read_ipv6((struct bytes){ url->host.data + 1, url->host.size - 2 }, &address));
    } else {
        for (size_t i = 0; i < url->host.size; i++)
            require(!memchr("/?#@:[]% ", url->host.data[i], 9));
    }
    for (size_t i = 0; i < url->target.size; i++)
        require(url->target.data[i] > ' ' && url->target.data[i] < 0x7f &&
                url->target.data[i] != '#');
}

static bool parses(struct bytes text, struct url *ret_url)
{
    char memory[256];
    struct text detail = TEXT(memory);
    bool good = url_parse(text, &detail, ret_url) == STATUS_OK;

    require(good == (detail.size == 0));
    if (good)
        check_url(text, ret_url);
    return good;
}

static void check_no_dot_segments(struct bytes target)
{
    size_t start = 1;

    for (size_t i = 1; i <= target.size; i++) {
        struct bytes segment = { target.data + start, i - start };
        bool end = i == target.size || target.data[i] == '?';

        if (!end && target.data[i] != '/')
            continue;
        require(!bytes_equal(segment, BYTES(".")) && !bytes_equal(segment, BYTES("..")));
        if (end)
            return;
        start = i + 1;
    }
}

static void check_resolve(struct bytes base, struct bytes reference)
{
    char detail_memory[256], memory[URL_MAX_BYTES], again_memory[URL_MAX_BYTES];
    struct text detail = TEXT(detail_memory);
    struct text result = TEXT(memory);
    struct text again = TEXT(again_memory);
    struct url url;

    if (url_resolve(base, reference, &detail, &result)) {
        require(detail.size > 0 && result.size == 0);
        return;
    }
    require(detail.size == 0 && !result.truncated);
    require(parses(text_bytes(&result), &url));
    check_no_dot_segments(url.target);
    /* An absolute URL without dot segments resolves to itself, whatever the base. */
    require(url_resolve(base, text_bytes(&result), &detail, &again) == STATUS_OK);
    require(bytes_equal(text_bytes(&again), text_bytes(&result)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes all = { data, size };
    const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
    struct bytes base = bytes_first(all, line_end ? (size_t)(line_end - data) : 0);
    struct bytes reference = line_end ? bytes_from(all, base.size + 1) : all;
    struct url url;

    parses(base, &url);
    parses(reference, &url);
    check_resolve(base, reference);
    return 0;
}
