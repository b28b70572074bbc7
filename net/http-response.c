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

static struct bytes piece_of(const char *at, size_t size)
{
    return (struct bytes){ (const uint8_t *)at, size };
}

static int on_message_begin(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    /* An informational response in front says nothing about the one that follows. */
    response->code = 0;
    response->content_length = SINK_SIZE_UNKNOWN;
    response->reason_bytes = 0;
    http_headers_init(&response->headers);
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
    http_headers_name(&response_of(parser)->headers, piece_of(at, size));
    return 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    http_headers_name_end(&response_of(parser)->headers);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size)
{
    http_headers_value(&response_of(parser)->headers, piece_of(at, size));
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    http_headers_value_end(&response_of(parser)->headers);
    return 0;
}

static int response_wrong_range(struct http_response *response)
{
    text_add(response->detail, "asked for the bytes from ");
    text_add_u64(response->detail, response->wanted.offset);
    text_add(response->detail, " on, found ");
    if (response->code == HTTP_STATUS_OK) {
        text_add(response->detail, "the whole file: the server ignores ranges");
    } else if (!response->headers.ranged) {
        text_add(response->detail, "no valid Content-Range");
    } else {
        text_add(response->detail, "those from ");
        text_add_u64(response->detail, response->headers.range.first_byte);
        text_add(response->detail, " to ");
        text_add_u64(response->detail, response->headers.range.last_byte);
    }
    return response_stop(response, STATUS_HTTP_RANGE);
}

/* Whether the body is what was asked for, or has it in it. */
static bool response_range_fits(const struct http_response *response)
{
    const struct http_headers *headers = &response->headers;
    uint64_t more_bytes = headers->range.last_byte - headers->range.first_byte;

    if (response->code == HTTP_STATUS_OK)
        return response->wanted.offset == 0 || response->or_whole;
    return headers->ranged && headers->range.first_byte == response->wanted.offset &&
           more_bytes < response->wanted.size_bytes &&
           (response->content_length == SINK_SIZE_UNKNOWN ||
            response->content_length == more_bytes + 1);
}

/* How much of the body goes to the sink at most. */
static uint64_t response_limit_bytes(const struct http_response *response)
{
    const struct content_range *range = &response->headers.range;

    if (response->code == HTTP_STATUS_PARTIAL_CONTENT)
        return range->last_byte - range->first_byte + 1;
    return response->wanted.size_bytes == 0 || response->or_whole ? UINT64_MAX
                                                                  : response->wanted.size_bytes;
}

/* How much of what the server announces goes to the sink. */
static uint64_t response_expected_bytes(const struct http_response *response)
{
    uint64_t limit_bytes = response_limit_bytes(response);

    return response->content_length == SINK_SIZE_UNKNOWN || response->content_length < limit_bytes
               ? response->content_length
               : limit_bytes;
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
        response->headers.encoded = true;
    if (response->headers.encoded) {
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
    /* The body behind them does not matter; a connection is worth more when it has been read. */
    response->complete = true;
    return 0;
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
    uint64_t left_bytes = response_limit_bytes(response) - response->body_bytes;
    bool enough = size >= left_bytes;
    struct bytes piece = bytes_first(piece_of(at, size), enough ? (size_t)left_bytes : size);
    enum status st;

    response->other_bytes = 0;
    response->counted = at + size;
    if (response->complete)
        return 0;
    response->body_bytes += piece.size;
    st = response->body->write(response->body, piece);
    if (st)
        return response_stop(response, st);
    /* A message that ends here as well is finished by its end. */
    return enough && response->content_length != response->body_bytes ? response_finish(response)
                                                                      : 0;
}

static int response_short(struct http_response *response)
{
    text_add(response->detail, "expected ");
    text_add_u64(response->detail, response_limit_bytes(response));
    text_add(response->detail, " bytes, found ");
    text_add_u64(response->detail, response->body_bytes);
    return response_stop(response, STATUS_HTTP_TRUNCATED);
}

/* Only a whole message leaves a connection that the next one may use. */
static int on_message_complete(llhttp_t *parser)
{
    struct http_response *response = response_of(parser);

    if (response_is_informational(response))
        return 0;
    /* Without a Content-Length, only Content-Range tells how much there should have been. */
    if (response->code == HTTP_STATUS_PARTIAL_CONTENT && !response->complete &&
        response->body_bytes < response_limit_bytes(response))
        return response_short(response);
    response->persistent = response->reusable = llhttp_should_keep_alive(parser);
    return response->complete ? HPE_PAUSED : response_finish(response);
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

/* What stands behind the message that has just ended, up to end. */
static struct bytes rest_of_piece(const struct http_response *response, const uint8_t *end)
{
    const uint8_t *at = (const uint8_t *)llhttp_get_error_pos(&response->parser);

    return (struct bytes){ at, (size_t)(end - at) };
}

/*
 * A piece is never longer than what the limit on headers leaves, and one byte: so the limit
 * is noticed at the same byte no matter how the bytes were cut.
 */
enum status http_response_feed(struct http_response *response, struct bytes bytes)
{
    const uint8_t *end = bytes.data + bytes.size;
    bool was_complete = response->complete;

    response_keep_beginning(response, bytes);
    while (!response->failure && !response->complete && bytes.size > 0) {
        struct bytes piece = bytes_first(bytes, HTTP_HEADERS_MAX_BYTES - response->other_bytes + 1);

        if (response_parse(response, piece))
            break;
        bytes = bytes_from(bytes, piece.size);
    }
    response->rest = (struct bytes){ NULL, 0 };
    if (response->persistent)
        response->rest = was_complete ? bytes : rest_of_piece(response, end);
    if (response->rest.size > 0)
        response->reusable = false;
    return response->failure;
}

bool http_response_may_be_followed(const struct http_response *response)
{
    return response->headers_done && response->code == HTTP_STATUS_PARTIAL_CONTENT &&
           !response->failure && llhttp_should_keep_alive(&response->parser);
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
