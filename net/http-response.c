#include "http-response.h"

/* What a callback returns to make llhttp stop; the reason is in response->failure. */
#define CALLBACK_STOP (-1)

static struct http_response *response_of(llhttp_t *parser)
{
    return parser->data;
}

/* The first failure counts: what follows it is its consequence. */
static int response_stop(struct http_response *response, enum status st)
{
    if (!response->failure)
        response->failure = st;
    return CALLBACK_STOP;
}

static int response_malformed(struct http_response *response, const char *why)
{
    text_add(response->detail, why);
    text_add(response->detail, "; the answer begins with ");
    text_add_quoted(response->detail,
                    (struct bytes){ response->beginning, response->beginning_bytes });
    return response_stop(response, STATUS_HTTP_MALFORMED);
}

static bool response_is_informational(const struct http_response *response)
{
    return response->parser.status_code / 100 == 1;
}

static struct bytes header_name(const struct http_response *response)
{
    return (struct bytes){ (const uint8_t *)response->header_name, response->header_name_bytes };
}

/* A value that does not fit is none of those that are asked for. */
static struct bytes header_value(const struct http_response *response)
{
    return (struct bytes){ (const uint8_t *)response->header_value, response->header_value_bytes };
}

/* Cuts off at the capacity, on purpose: see above. */
static void header_collect(char *to, uint32_t capacity, uint32_t *size, const char *from,
                           size_t count)
{
    for (size_t i = 0; i < count && *size < capacity; i++)
        to[(*size)++] = (char)byte_to_lower((uint8_t)from[i]);
}

static int on_message_begin(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    /* An informational response in front says nothing about the one that follows. */
    response->code = 0;
    response->content_length = SINK_SIZE_UNKNOWN;
    response->location_bytes = 0;
    response->location_bad = false;
    response->reason_bytes = 0;
    response->ranged = false;
    response->encoded = false;
    return 0;
}

static int on_status(llhttp_t *parser, const char *at, size_t size)
{
    struct http_response *response = response_of(parser);

    for (size_t i = 0; i < size; i++) {
        bool fits = response->reason_bytes < sizeof(response->reason);

        /* One byte beyond the capacity marks a phrase that is not shown at all. */
        if (!fits || at[i] < ' ' || at[i] > '~') {
            response->reason_bytes = sizeof(response->reason) + 1;
            return 0;
        }
        response->reason[response->reason_bytes++] = at[i];
    }
    return 0;
}

static int on_status_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    if (response->reason_bytes > sizeof(response->reason))
        response->reason_bytes = 0;
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t size)
{
    struct http_response *response = response_of(parser);

    header_collect(response->header_name, sizeof(response->header_name),
                   &response->header_name_bytes, at, size);
    return 0;
}

static void response_drop_location(struct http_response *response)
{
    response->location_bad = true;
    response->location_bytes = 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    response->header_value_bytes = 0;
    if (bytes_equal(header_name(response), BYTES("location")) && response->location_bytes > 0)
        response_drop_location(response);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size)
{
    struct http_response *response = response_of(parser);

    header_collect(response->header_value, sizeof(response->header_value),
                   &response->header_value_bytes, at, size);
    if (!bytes_equal(header_name(response), BYTES("location")) || response->location_bad)
        return 0;
    if (size > sizeof(response->location) - response->location_bytes) {
        response_drop_location(response);
        return 0;
    }
    memcpy(response->location + response->location_bytes, at, size);
    response->location_bytes += (uint32_t)size;
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);
    struct bytes name = header_name(response);
    struct bytes value = header_value(response);

    while (value.size > 0 &&
           (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t'))
        value.size--;
    if (bytes_equal(name, BYTES("transfer-encoding")) && !bytes_equal(value, BYTES("chunked")))
        response->encoded = true;
    if (bytes_equal(name, BYTES("content-encoding")) && !bytes_equal(value, BYTES("identity")))
        response->encoded = true;
    if (bytes_equal(name, BYTES("content-range")))
        response->ranged = content_range_read(value, &response->range);
    response->header_name_bytes = 0;
    return 0;
}

static int response_wrong_range(struct http_response *response)
{
    text_add(response->detail, "asked for the bytes from ");
    text_add_u64(response->detail, response->wanted.offset);
    text_add(response->detail, " on, found ");
    if (response->code == HTTP_STATUS_OK) {
        text_add(response->detail, "the whole file: the server ignores ranges");
    } else if (!response->ranged) {
        text_add(response->detail, "no valid Content-Range");
    } else {
        text_add(response->detail, "those from ");
        text_add_u64(response->detail, response->range.first_byte);
        text_add(response->detail, " to ");
        text_add_u64(response->detail, response->range.last_byte);
    }
    return response_stop(response, STATUS_HTTP_RANGE);
}

/* Whether the body is what was asked for, or begins with it. */
static bool response_range_fits(const struct http_response *response)
{
    uint64_t more_bytes = response->range.last_byte - response->range.first_byte;

    if (response->code == HTTP_STATUS_OK)
        return response->wanted.offset == 0;
    return response->ranged && response->range.first_byte == response->wanted.offset &&
           more_bytes < response->wanted.size_bytes &&
           (response->content_length == SINK_SIZE_UNKNOWN ||
            response->content_length == more_bytes + 1);
}

/* How much of what the server announces goes to the sink. */
static uint64_t response_expected_bytes(const struct http_response *response)
{
    if (response->wanted.size_bytes == 0 || response->content_length == SINK_SIZE_UNKNOWN ||
        response->content_length < response->wanted.size_bytes)
        return response->content_length;
    return response->wanted.size_bytes;
}

static int response_begin_body(struct http_response *response)
{
    enum status st;

    if (response->parser.flags & F_CONTENT_LENGTH)
        response->content_length = response->parser.content_length;
    if (!response_range_fits(response))
        return response_wrong_range(response);

    /* Where llhttp did not see "chunked" it would read to the end of the connection. */
    if ((response->parser.flags & F_TRANSFER_ENCODING) && !(response->parser.flags & F_CHUNKED))
        response->encoded = true;
    if (response->encoded) {
        text_add(response->detail,
                 "the body is compressed or otherwise encoded, which was not asked for");
        return response_stop(response, STATUS_HTTP_ENCODING);
    }
    st = response->body->begin(response->body, response_expected_bytes(response));
    return st ? response_stop(response, st) : 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    /* llhttp takes RTSP and ICE as well. */
    if (!bytes_start_with((struct bytes){ response->beginning, response->beginning_bytes },
                          BYTES("HTTP/")))
        return response_malformed(response, "this is not HTTP");
    if (parser->http_major != 1)
        return response_malformed(response, "the HTTP version is not 1.0 or 1.1");
    if (parser->status_code < 100)
        return response_malformed(response, "the status code is less than 100");
    if (response_is_informational(response)) {
        if (parser->status_code == HTTP_STATUS_SWITCHING_PROTOCOLS)
            return response_malformed(response, "the server switches to another protocol");
        if (parser->flags & (F_CONTENT_LENGTH | F_TRANSFER_ENCODING))
            return response_malformed(response, "an informational response has a body");
        return 0;
    }
    response->code = parser->status_code;
    response->headers_done = true;
    if (response->code == HTTP_STATUS_OK ||
        (response->code == HTTP_STATUS_PARTIAL_CONTENT && response->wanted.size_bytes > 0))
        return response_begin_body(response);
    response->complete = true;
    return HPE_PAUSED;
}

static int response_finish(struct http_response *response)
{
    enum status st = response->body->finish(response->body);

    if (st)
        return response_stop(response, st);
    response->complete = true;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *parser, const char *at, size_t size)
{
    struct http_response *response = response_of(parser);
    uint64_t wanted_bytes = response->wanted.size_bytes;
    bool enough = wanted_bytes > 0 && size >= wanted_bytes - response->body_bytes;
    struct bytes piece = { (const uint8_t *)at, size };
    enum status st;

    response->other_bytes = 0;
    response->counted = at + size;
    if (enough)
        piece = bytes_first(piece, (size_t)(wanted_bytes - response->body_bytes));
    response->body_bytes += piece.size;
    st = response->body->write(response->body, piece);
    if (st)
        return response_stop(response, st);
    return enough ? response_finish(response) : 0;
}

static int on_message_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    return response_is_informational(response) ? 0 : response_finish(response);
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_status = on_status,
    .on_status_complete = on_status_complete,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void http_response_init(struct http_response *response, struct http_range wanted, struct sink *body,
                        struct text *detail)
{
    memset(response, 0, sizeof(*response));
    response->content_length = SINK_SIZE_UNKNOWN;
    response->wanted = wanted;
    response->body = body;
    response->detail = detail;
    llhttp_init(&response->parser, HTTP_RESPONSE, &settings);
    response->parser.data = response;
}

static void response_keep_beginning(struct http_response *response, struct bytes bytes)
{
    size_t room = sizeof(response->beginning) - response->beginning_bytes;

    bytes = bytes_first(bytes, room);
    if (bytes.size == 0)
        return;
    memcpy(response->beginning + response->beginning_bytes, bytes.data, bytes.size);
    response->beginning_bytes += (uint32_t)bytes.size;
}

static enum status response_parse(struct http_response *response, struct bytes piece)
{
    const char *data = (const char *)piece.data;
    llhttp_errno_t error;

    response->counted = data;
    error = llhttp_execute(&response->parser, data, piece.size);
    if (response->failure || response->complete)
        return response->failure;
    if (error != HPE_OK) {
        const char *reason = llhttp_get_error_reason(&response->parser);

        /* llhttp's sentence for this one speaks of other protocols. */
        if (error == HPE_INVALID_CONSTANT || !reason)
            reason = "this is not HTTP";
        response_malformed(response, reason);
        return response->failure;
    }
    response->other_bytes += (uint32_t)(data + piece.size - response->counted);
    if (response->other_bytes > HTTP_HEADERS_MAX_BYTES) {
        text_add(response->detail, "headers of more than ");
        text_add_size(response->detail, HTTP_HEADERS_MAX_BYTES);
        response_stop(response, STATUS_HTTP_HEADERS_TOO_LONG);
    }
    return response->failure;
}

/*
 * A piece is never longer than what the limit on headers leaves, and one byte: so the limit
 * is noticed at the same byte no matter how the bytes were cut.
 */
enum status http_response_feed(struct http_response *response, struct bytes bytes)
{
    response_keep_beginning(response, bytes);
    while (!response->failure && !response->complete && bytes.size > 0) {
        struct bytes piece = bytes_first(bytes, HTTP_HEADERS_MAX_BYTES - response->other_bytes + 1);

        if (response_parse(response, piece))
            break;
        bytes = bytes_from(bytes, piece.size);
    }
    return response->failure;
}

static void response_say_truncated(struct http_response *response)
{
    struct text *detail = response->detail;

    if (!response->headers_done) {
        text_add(detail, response->beginning_bytes > 0
                             ? "the connection ended before the headers did"
                             : "the connection ended without an answer");
        return;
    }
    text_add(detail, "expected ");
    if (response->content_length != SINK_SIZE_UNKNOWN) {
        text_add_u64(detail, response->content_length);
        text_add(detail, " bytes, found ");
    } else {
        text_add(detail, "a last chunk of size 0, found the end of the connection after ");
    }
    text_add_u64(detail, response->body_bytes);
    if (response->content_length == SINK_SIZE_UNKNOWN)
        text_add(detail, " bytes");
}

enum status http_response_end(struct http_response *response)
{
    if (response->failure || response->complete)
        return response->failure;
    /* Calls on_message_complete when the end of the connection is the end of the body. */
    (void)llhttp_finish(&response->parser);
    if (response->failure || response->complete)
        return response->failure;
    response_say_truncated(response);
    response_stop(response, STATUS_HTTP_TRUNCATED);
    return response->failure;
}
