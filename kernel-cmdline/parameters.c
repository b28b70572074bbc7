#include "parameters.h"

bool parameter_is_blank(uint8_t byte)
{
    /* The kernel's isspace() works on Latin-1, where 0xa0 is a no-break space; so it splits
     * UTF-8 characters that contain that byte. */
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0xa0;
}

/* How far the word reaches: to the first blank outside of quotes. */
static size_t word_size(struct bytes text, bool in_quote, size_t *ret_equals)
{
    size_t equals = 0;
    size_t i;

    for (i = 0; i < text.size; i++) {
        if (parameter_is_blank(text.data[i]) && !in_quote)
            break;
        if (equals == 0 && text.data[i] == '=')
            equals = i;
        if (text.data[i] == '"')
            in_quote = !in_quote;
    }
    *ret_equals = equals;
    return i;
}

static bool ends_in_quote(struct bytes text)
{
    return text.size > 0 && text.data[text.size - 1] == '"';
}

/* An '=' in the first place counts as a part of the name: equals is 0 then as well. */
static struct parameter take_apart(struct bytes word, size_t equals, bool quoted)
{
    struct parameter parameter = { .name = word };

    if (equals == 0) {
        if (quoted && ends_in_quote(word))
            parameter.name.size--;
        return parameter;
    }

    parameter.has_value = true;
    parameter.name = bytes_first(word, equals);
    parameter.value = bytes_from(word, equals + 1);
    if (bytes_start_with(parameter.value, BYTES("\""))) {
        parameter.value = bytes_from(parameter.value, 1);
        if (ends_in_quote(parameter.value))
            parameter.value.size--;
    } else if (quoted && ends_in_quote(parameter.value)) {
        parameter.value.size--;
    }
    return parameter;
}

bool parameter_next(struct bytes *rest, struct parameter *ret_parameter)
{
    size_t equals, size;
    bool quoted;
    struct parameter parameter;

    while (rest->size > 0 && parameter_is_blank(rest->data[0]))
        *rest = bytes_from(*rest, 1);
    if (rest->size == 0)
        return false;

    quoted = rest->data[0] == '"';
    if (quoted)
        *rest = bytes_from(*rest, 1);
    size = word_size(*rest, quoted, &equals);
    parameter = take_apart(bytes_first(*rest, size), equals, quoted);
    *rest = bytes_from(*rest, size);

    if (!parameter.has_value && bytes_equal(parameter.name, BYTES("--")))
        return false;
    *ret_parameter = parameter;
    return true;
}

bool parameter_name_equal(struct bytes a, struct bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        uint8_t left = a.data[i] == '-' ? '_' : a.data[i];
        uint8_t right = b.data[i] == '-' ? '_' : b.data[i];

        if (left != right)
            return false;
    }
    return true;
}
