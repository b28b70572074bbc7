#include "http-headers.h"

#include "http-date.h"

/* Cuts off at the capacity, and remembers by one byte more than fits that it did. */
static void collect(char *to, uint32_t capacity, uint32_t *size, struct bytes piece)
{
    for (size_t i = 0; i < piece.size; i++) {
        if (*size >= capacity) {
            *size = capacity + 1;
            return;
        }
        to[(*size)++] = (char)piece.data[i];
    }
}

static bool is_named(const struct http_headers *headers, struct bytes name)
{
    if (headers->name_bytes > sizeof(headers->name))
        return false;
    return bytes_equal_without_case(
        (struct bytes){ (const uint8_t *)headers->name, headers->name_bytes }, name);
}

/* Without blanks behind it; empty when it was too long, which none of those asked for is. */
static struct bytes value_of(const struct http_headers *headers)
{
    struct bytes value = { (const uint8_t *)headers->value, headers->value_bytes };

    if (value.size > sizeof(headers->value))
        return (struct bytes){ NULL, 0 };
    while (value.size > 0 &&
           (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t'))
        value.size--;
    return value;
}

void http_headers_init(struct http_headers *headers)
{
    memset(headers, 0, sizeof(*headers));
}

void http_headers_name(struct http_headers *headers, struct bytes piece)
{
    collect(headers->name, sizeof(headers->name), &headers->name_bytes, piece);
}

static void drop_location(struct http_headers *headers)
{
    headers->location_bad = true;
    headers->location_bytes = 0;
}

void http_headers_name_end(struct http_headers *headers)
{
    headers->value_bytes = 0;
    if (is_named(headers, BYTES("location")) && headers->location_bytes > 0)
        drop_location(headers);
}

void http_headers_value(struct http_headers *headers, struct bytes piece)
{
    collect(headers->value, sizeof(headers->value), &headers->value_bytes, piece);
    if (!is_named(headers, BYTES("location")) || headers->location_bad)
        return;
    if (piece.size > sizeof(headers->location) - headers->location_bytes) {
        drop_location(headers);
        return;
    }
    memcpy(headers->location + headers->location_bytes, piece.data, piece.size);
    headers->location_bytes += (uint32_t)piece.size;
}

static void read_range(struct http_headers *headers, struct bytes value)
{
    uint8_t lower[CONTENT_RANGE_MAX_BYTES];

    if (value.size > sizeof(lower))
        value.size = 0;
    for (size_t i = 0; i < value.size; i++)
        lower[i] = byte_to_lower(value.data[i]);
    headers->ranged = content_range_read((struct bytes){ lower, value.size }, &headers->range);
}

static bool read_seconds(struct bytes value, uint64_t *ret_seconds)
{
    /* More digits than that are more years than anybody waits. */
    return value.size <= 10 && bytes_read_decimal(value, UINT64_MAX, ret_seconds);
}

static void read_retry_after(struct http_headers *headers, struct bytes value)
{
    headers->retry_is_date = http_date_read(value, &headers->retry_seconds);
    headers->retry_after = headers->retry_is_date || read_seconds(value, &headers->retry_seconds);
}

static void keep(struct http_validator *validator, struct bytes value)
{
    if (value.size > 0)
        memcpy(validator->text, value.data, value.size);
    validator->size = (uint32_t)value.size;
}

/* A weak one ("W/") promises nothing about single bytes. It still says that there is an ETag. */
static void read_etag(struct http_headers *headers, struct bytes value)
{
    headers->etag_repeated |= headers->etag.size > 0;
    keep(&headers->etag, value);
}

void http_headers_value_end(struct http_headers *headers)
{
    struct bytes value = value_of(headers);

    if (is_named(headers, BYTES("transfer-encoding")))
        headers->encoded |= !bytes_equal_without_case(value, BYTES("chunked"));
    else if (is_named(headers, BYTES("content-encoding")))
        headers->encoded |= !bytes_equal_without_case(value, BYTES("identity"));
    else if (is_named(headers, BYTES("content-range")))
        read_range(headers, value);
    else if (is_named(headers, BYTES("retry-after")))
        read_retry_after(headers, value);
    else if (is_named(headers, BYTES("etag")))
        read_etag(headers, value);
    else if (is_named(headers, BYTES("date")) && !http_date_read(value, &headers->date))
        headers->date = 0;
    else if (is_named(headers, BYTES("last-modified"))) {
        if (!http_date_read(value, &headers->modified))
            headers->modified = 0;
        keep(&headers->last_modified, value);
    }
    headers->name_bytes = 0;
}

static bool is_strong_etag(const struct http_headers *headers)
{
    const struct http_validator *etag = &headers->etag;

    return !headers->etag_repeated && etag->size >= 2 && etag->text[0] == '"' &&
           etag->text[etag->size - 1] == '"';
}

struct http_validator http_headers_validator(const struct http_headers *headers)
{
    if (is_strong_etag(headers))
        return headers->etag;
    /* Two versions within the same second have the same date. */
    if (headers->etag.size == 0 && headers->modified > 0 && headers->date > headers->modified)
        return headers->last_modified;
    return (struct http_validator){ .size = 0 };
}

uint64_t http_headers_retry_seconds(const struct http_headers *headers)
{
    if (!headers->retry_is_date)
        return headers->retry_seconds;
    if (headers->date == 0 || headers->retry_seconds <= headers->date)
        return 0;
    return headers->retry_seconds - headers->date;
}
