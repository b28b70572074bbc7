#include "content-range.h"

static bool take(struct bytes *rest, struct bytes expected)
{
    if (!bytes_start_with(*rest, expected))
        return false;
    *rest = bytes_from(*rest, expected.size);
    return true;
}

static bool take_number(struct bytes *rest, uint64_t *ret_number)
{
    struct bytes all = *rest;
    size_t digits = 0;

    while (digits < all.size && all.data[digits] >= '0' && all.data[digits] <= '9')
        digits++;
    *rest = bytes_from(all, digits);
    return bytes_read_decimal(bytes_first(all, digits), UINT64_MAX, ret_number);
}

bool content_range_read(struct bytes value, struct content_range *ret_range)
{
    struct content_range range = { .complete_bytes = UINT64_MAX };

    if (!take(&value, BYTES("bytes ")) || !take_number(&value, &range.first_byte) ||
        !take(&value, BYTES("-")) || !take_number(&value, &range.last_byte) ||
        !take(&value, BYTES("/")))
        return false;
    if (!take(&value, BYTES("*")) && !take_number(&value, &range.complete_bytes))
        return false;
    /* A file of UINT64_MAX bytes would be taken for one of unknown size: there is none. */
    if (value.size > 0 || range.last_byte < range.first_byte ||
        range.last_byte >= range.complete_bytes)
        return false;
    *ret_range = range;
    return true;
}
