#include "utf16.h"
#include "utf8.h"

#define REPLACEMENT    0xFFFDU
#define SURROGATE_HIGH 0xD800U
#define SURROGATE_LOW  0xDC00U
#define SURROGATE_END  0xE000U
#define SUPPLEMENTARY  0x10000U

/* Takes one code point off the front of *text; REPLACEMENT and one byte when it is invalid. */
static uint32_t take_code_point(struct bytes *text)
{
    uint32_t point;
    size_t size = utf8_decode(*text, &point);

    *text = bytes_from(*text, size > 0 ? size : 1);
    return size > 0 ? point : REPLACEMENT;
}

size_t utf16_from_utf8(struct bytes *text, uint16_t *units, size_t most)
{
    size_t count = 0;

    while (text->size > 0 && most - count >= 2) {
        uint32_t point = take_code_point(text);

        if (point >= SUPPLEMENTARY) {
            units[count++] = (uint16_t)(SURROGATE_HIGH + ((point - SUPPLEMENTARY) >> 10));
            units[count++] = (uint16_t)(SURROGATE_LOW + ((point - SUPPLEMENTARY) & 0x3FF));
        } else {
            units[count++] = (uint16_t)point;
        }
    }
    return count;
}

static void add_utf8(struct text *text, uint32_t point)
{
    uint8_t coded[4];
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < SUPPLEMENTARY ? 3 : 4;

    for (size_t i = size; i-- > 1; point >>= 6)
        coded[i] = (uint8_t)(0x80 | (point & 0x3F));
    coded[0] = (uint8_t)(size == 1 ? point : (0xF00U >> size & 0xFF) | point);
    text_add_bytes(text, (struct bytes){ coded, size });
}

bool utf16_to_utf8(const uint16_t *units, size_t count, struct text *text)
{
    for (size_t i = 0; i < count && units[i] != 0; i++) {
        uint32_t point = units[i];

        if (point >= SURROGATE_HIGH && point < SURROGATE_END) {
            if (point >= SURROGATE_LOW || i + 1 >= count || units[i + 1] < SURROGATE_LOW ||
                units[i + 1] >= SURROGATE_END)
                return false;
            i++;
            point = SUPPLEMENTARY + ((point - SURROGATE_HIGH) << 10) + (units[i] - SURROGATE_LOW);
        }
        add_utf8(text, point);
    }
    return true;
}
