#include "text.h"
#include "utf8.h"

void text_add_bytes(struct text *text, struct bytes bytes)
{
    size_t room = text->capacity - text->size;

    /* Behind a gap nothing more is added: it would read as if it belonged together. */
    if (text->truncated || bytes.size == 0)
        return;
    if (bytes.size > room) {
        bytes.size = room;
        text->truncated = true;
    }
    if (bytes.size > 0)
        memcpy(text->data + text->size, bytes.data, bytes.size);
    text->size += bytes.size;
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, bytes_of_string(string));
}

void text_add_u64(struct text *text, uint64_t number)
{
    uint8_t digits[20]; /* UINT64_MAX has 20 */
    size_t start = sizeof(digits);

    do {
        digits[--start] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add_bytes(text, (struct bytes){ digits + start, sizeof(digits) - start });
}

static uint8_t hex_digit(uint64_t value)
{
    return (uint8_t)("0123456789abcdef"[value & 0xf]);
}

void text_add_hex(struct text *text, uint64_t number, unsigned int digits)
{
    uint8_t shown[16];

    if (digits > sizeof(shown))
        digits = sizeof(shown);
    for (unsigned int i = digits; i > 0; i--) {
        shown[i - 1] = hex_digit(number);
        number >>= 4;
    }
    text_add_bytes(text, (struct bytes){ shown, digits });
}

void text_add_hex_bytes(struct text *text, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        text_add_hex(text, bytes.data[i], 2);
}

void text_add_size(struct text *text, uint64_t size_bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    unsigned int unit = 0;
    unsigned int shift = 10;
    uint64_t tenths;

    if (size_bytes < 1024) {
        text_add_u64(text, size_bytes);
        text_add(text, size_bytes == 1 ? " byte" : " bytes");
        return;
    }
    while (unit + 1 < ARRAY_LENGTH(units) && size_bytes >> shift >= 1024) {
        unit++;
        shift += 10;
    }
    /* Taken apart so that nothing overflows: the remainder is below 2^60. */
    tenths = (size_bytes >> shift) * 10;
    tenths +=
        ((size_bytes & ((UINT64_C(1) << shift) - 1)) * 10 + (UINT64_C(1) << (shift - 1))) >> shift;
    /* Rounding may reach the next unit: 1.0 MiB reads better than 1024.0 KiB. */
    if (tenths >= 10240 && unit + 1 < ARRAY_LENGTH(units)) {
        unit++;
        tenths = 10;
    }
    text_add_u64(text, tenths / 10);
    text_add(text, ".");
    text_add_u64(text, tenths % 10);
    text_add(text, " ");
    text_add(text, units[unit]);
}

/* Characters that rearrange or break a line of a log while being invisible themselves. */
static bool is_layout(uint32_t code_point)
{
    return (code_point >= 0x200b && code_point <= 0x200f) ||
           (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2060 && code_point <= 0x2069) || code_point == 0x061c ||
           code_point == 0xfeff;
}

void text_add_quoted(struct text *text, struct bytes untrusted)
{
    size_t offset = 0;

    text_add(text, "'");
    while (offset < untrusted.size) {
        uint32_t code_point = 0;
        size_t size = utf8_decode(bytes_from(untrusted, offset), &code_point);
        bool shown = size > 0 && !utf8_is_control(code_point) && !is_layout(code_point);

        if (size == 0)
            size = 1;
        if (size > TEXT_QUOTED_MAX - offset)
            break;
        if (shown) {
            text_add_bytes(text, bytes_first(bytes_from(untrusted, offset), size));
        } else {
            for (size_t i = 0; i < size; i++) {
                text_add(text, "\\x");
                text_add_hex(text, untrusted.data[offset + i], 2);
            }
        }
        offset += size;
    }
    text_add(text, offset < untrusted.size ? "'..." : "'");
}
