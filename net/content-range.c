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
    uint64_t number = 0;
    size_t digits = 0;

    for (; digits < rest->size; digits++) {
        uint8_t digit = (uint8_t)(rest->data[digits] - '0');

        if (digit > 9)
            break;
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *rest = bytes_from(*rest, digits);
    *ret_number = number;
    return digits > 0;
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
