#include "tokens.h"

void tokens_open(struct buffer text, struct tokens *ret_tokens)
{
    *ret_tokens = (struct tokens){ .text = text };
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || is_line_end(byte);
}

static bool at_comment(struct buffer text, size_t offset)
{
    return text.data[offset] == '#' && (offset == 0 || is_line_end(text.data[offset - 1]));
}

static size_t line_end(struct buffer text, size_t offset)
{
    while (offset < text.size && !is_line_end(text.data[offset]))
        offset++;
    return offset;
}

static void skip_blanks(struct tokens *tokens)
{
    struct buffer text = tokens->text;

    while (tokens->offset < text.size) {
        if (at_comment(text, tokens->offset))
            tokens->offset = line_end(text, tokens->offset);
        else if (is_blank(text.data[tokens->offset]))
            tokens->offset++;
        else
            return;
    }
}

enum status tokens_next(struct tokens *tokens, struct text *detail, bool *ret_more,
                        struct token *ret_token)
{
    struct buffer text = tokens->text;
    size_t start, from, to;
    bool in_quote = false, quoted = false;

    skip_blanks(tokens);
    start = tokens->offset;
    if (start >= text.size) {
        *ret_more = false;
        return STATUS_OK;
    }

    /* The word without its quotes is written over the word with them, which is not shorter. */
    for (from = to = start; from < text.size; from++) {
        uint8_t byte = text.data[from];

        if (is_line_end(byte) || (is_blank(byte) && !in_quote))
            break;
        if (byte == '"') {
            in_quote = !in_quote;
            quoted = true;
        } else {
            text.data[to++] = byte;
        }
    }
    if (in_quote) {
        text_add(detail, "expected it on the same line, found ");
        text_add_quoted(detail, (struct bytes){ text.data + start, to - start });
        return STATUS_CONFIG_QUOTE_OPEN;
    }

    tokens->offset = from;
    ret_token->word = (struct bytes){ text.data + start, to - start };
    ret_token->quoted = quoted;
    *ret_more = true;
    return STATUS_OK;
}

static struct bytes trim(struct bytes text)
{
    size_t start = 0;

    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    while (start < text.size && is_blank(text.data[start]))
        start++;
    return bytes_from(text, start);
}

struct bytes tokens_rest(struct tokens *tokens)
{
    struct buffer text = tokens->text;
    size_t start = tokens->offset;
    bool in_comment = false;
    bool line_starts;

    if (start >= text.size)
        return (struct bytes){ NULL, 0 };

    line_starts = start == 0 || is_line_end(text.data[start - 1]);
    for (size_t i = start; i < text.size; i++) {
        in_comment = in_comment || (line_starts && text.data[i] == '#');
        line_starts = is_line_end(text.data[i]);
        if (line_starts || in_comment)
            text.data[i] = ' ';
        if (line_starts)
            in_comment = false;
    }
    tokens->offset = text.size;
    return trim((struct bytes){ text.data + start, text.size - start });
}
