#include "utf8.h"

/* What the first byte of a character says about it. */
struct utf8_form {
    uint8_t mask, lead;
    uint8_t size;
    uint32_t least; /* a smaller code point is an overlong form */
};

static const struct utf8_form forms[] = {
    { 0x80, 0x00, 1, 0 },
    { 0xe0, 0xc0, 2, 0x80 },
    { 0xf0, 0xe0, 3, 0x800 },
    { 0xf8, 0xf0, 4, 0x10000 },
};

static const struct utf8_form *form_of(uint8_t first)
{
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
        if ((first & forms[i].mask) == forms[i].lead)
            return &forms[i];
    return NULL;
}

size_t utf8_decode(struct bytes bytes, uint32_t *ret_code_point)
{
    const struct utf8_form *form;
    uint32_t code_point;

    if (bytes.size == 0)
        return 0;
    form = form_of(bytes.data[0]);
    if (!form || bytes.size < form->size)
        return 0;

    code_point = bytes.data[0] & (uint8_t)~form->mask;
    for (size_t i = 1; i < form->size; i++) {
        if ((bytes.data[i] & 0xc0) != 0x80)
            return 0;
        code_point = code_point << 6 | (bytes.data[i] & 0x3f);
    }
    if (code_point < form->least || code_point > 0x10ffff)
        return 0;
    if (code_point >= 0xd800 && code_point <= 0xdfff)
        return 0;

    *ret_code_point = code_point;
    return form->size;
}

bool utf8_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

static bool is_allowed(uint32_t code_point, const char *allowed)
{
    for (; *allowed; allowed++)
        if (code_point == (uint8_t)*allowed)
            return true;
    return false;
}

enum utf8_fault utf8_check(struct bytes text, const char *allowed, size_t *ret_offset)
{
    for (size_t offset = 0; offset < text.size;) {
        uint32_t code_point;
        size_t size = utf8_decode(bytes_from(text, offset), &code_point);

        if (size == 0) {
            *ret_offset = offset;
            return UTF8_INVALID;
        }
        if (utf8_is_control(code_point) && !is_allowed(code_point, allowed)) {
            *ret_offset = offset;
            return UTF8_CONTROL;
        }
        offset += size;
    }
    return UTF8_FINE;
}

struct bytes utf8_without_mark(struct bytes text)
{
    static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

    if (bytes_start_with(text, (struct bytes){ mark, sizeof(mark) }))
        return bytes_from(text, sizeof(mark));
    return text;
}
