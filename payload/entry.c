#include "entry.h"
#include "utf8.h"

static void add_line(struct text *detail, unsigned int line)
{
    text_add(detail, "line ");
    text_add_u64(detail, line);
    text_add(detail, ": ");
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static unsigned int line_at(struct bytes text, size_t offset)
{
    unsigned int line = 1;

    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.data[i] == '\n';
    return line;
}

/* A carriage return is part of a line's end or a control character like any other. */
static bool find_lone_return(struct bytes text, size_t *ret_offset)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '\r' || i + 1 == text.size || text.data[i + 1] == '\n')
            continue;
        *ret_offset = i;
        return true;
    }
    return false;
}

static enum status wrong_encoding(struct bytes text, size_t offset, const char *what,
                                  struct text *detail)
{
    add_line(detail, line_at(text, offset));
    text_add(detail, what);
    text_add(detail, " (byte 0x");
    text_add_hex(detail, text.data[offset], 2);
    text_add(detail, ")");
    return STATUS_ENTRY_ENCODING;
}

enum status entry_open(struct bytes text, struct text *detail, struct entry_reader *ret_reader)
{
    size_t offset = 0;

    if (text.size > ENTRY_MAX_BYTES) {
        text_add(detail, "expected at most ");
        text_add_u64(detail, ENTRY_MAX_BYTES);
        text_add(detail, " bytes, found ");
        text_add_u64(detail, text.size);
        return STATUS_ENTRY_TOO_LONG;
    }

    text = utf8_without_mark(text);
    switch (utf8_check(text, "\t\r\n", &offset)) {
    case UTF8_INVALID:
        return wrong_encoding(text, offset, "expected UTF-8, found something else", detail);
    case UTF8_CONTROL:
        return wrong_encoding(text, offset, "a control character", detail);
    case UTF8_FINE:
        break;
    }
    if (find_lone_return(text, &offset))
        return wrong_encoding(text, offset, "a carriage return without a line feed", detail);

    *ret_reader = (struct entry_reader){ .rest = text };
    return STATUS_OK;
}

static struct bytes trim(struct bytes text)
{
    size_t start = 0;

    while (text.size > 0 &&
           (is_blank(text.data[text.size - 1]) || text.data[text.size - 1] == '\r'))
        text.size--;
    while (start < text.size && is_blank(text.data[start]))
        start++;
    return bytes_from(text, start);
}

/* Takes one line off the text, without its end. */
static struct bytes take_line(struct bytes *rest)
{
    size_t size = 0;
    struct bytes line;

    while (size < rest->size && rest->data[size] != '\n')
        size++;
    line = bytes_first(*rest, size);
    *rest = bytes_from(*rest, size + 1);
    return line;
}

enum status entry_next(struct entry_reader *reader, struct text *detail, bool *ret_more,
                       struct entry_pair *ret_pair)
{
    while (reader->rest.size > 0) {
        struct bytes line = trim(take_line(&reader->rest));
        size_t key_size = 0;

        reader->line++;
        if (line.size == 0 || line.data[0] == '#')
            continue;

        while (key_size < line.size && !is_blank(line.data[key_size]))
            key_size++;
        if (key_size == line.size) {
            add_line(detail, reader->line);
            text_add_quoted(detail, line);
            text_add(detail, ": expected a key, a blank and a value");
            return STATUS_ENTRY_NO_VALUE;
        }
        ret_pair->key = bytes_first(line, key_size);
        ret_pair->value = trim(bytes_from(line, key_size));
        *ret_more = true;
        return STATUS_OK;
    }
    *ret_more = false;
    return STATUS_OK;
}
