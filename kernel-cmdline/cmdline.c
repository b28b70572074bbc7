#include "cmdline.h"
#include "../payload/utf8.h"
#include "parameters.h"

/* What the user's own words say about what would be injected. */
struct user_words {
    bool has_mode_word;
    bool has_rootflags;
    struct bytes rootflags; /* of the last one, which is the one that the kernel takes */
};

/* A tab is a blank for the kernel and stays; a line feed would end the line for its stub. */
static enum status check_text(const char *what, struct bytes text, struct text *detail)
{
    size_t offset;
    enum utf8_fault fault = utf8_check(text, "\t", &offset);

    if (fault == UTF8_FINE)
        return STATUS_OK;
    text_add(detail, "byte ");
    text_add_u64(detail, offset + 1);
    text_add(detail, " is 0x");
    text_add_hex(detail, text.data[offset], 2);
    text_add(detail, " in ");
    text_add(detail, what);
    text_add(detail, " ");
    text_add_quoted(detail, text);
    return fault == UTF8_INVALID ? STATUS_CMDLINE_ENCODING : STATUS_CMDLINE_CONTROL;
}

static enum status check_request(const struct cmdline_request *request, struct text *detail)
{
    enum status st;

    if ((st = check_text("rootflags", request->rootflags, detail)))
        return st;
    if (request->rootflags.size > 0 &&
        memchr(request->rootflags.data, '"', request->rootflags.size)) {
        text_add(detail, "rootflags=");
        text_add_quoted(detail, request->rootflags);
        text_add(detail, ": expected no double quote, which the kernel could not read back");
        return STATUS_CONFIG_VALUE_BAD;
    }
    for (size_t i = 0; i < request->options_count; i++)
        if ((st = check_text("the options", request->options[i], detail)))
            return st;
    return STATUS_OK;
}

static struct bytes trim(struct bytes text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = bytes_from(text, 1);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* The line as it is written, and how long it would be if all of it fitted. */
struct writer {
    struct text *text;
    uint64_t size_bytes;
};

static void write_bytes(struct writer *writer, struct bytes bytes)
{
    text_add_bytes(writer->text, bytes);
    writer->size_bytes += bytes.size;
}

static void start_word(struct writer *writer)
{
    if (writer->size_bytes > 0)
        write_bytes(writer, BYTES(" "));
}

static void write_options(struct writer *writer, const struct cmdline_request *request)
{
    for (size_t i = 0; i < request->options_count; i++) {
        struct bytes piece = trim(request->options[i]);

        if (piece.size == 0)
            continue;
        start_word(writer);
        write_bytes(writer, piece);
    }
}

static bool has_blank(struct bytes value)
{
    for (size_t i = 0; i < value.size; i++)
        if (parameter_is_blank(value.data[i]))
            return true;
    return false;
}

static void write_rootflags(struct writer *writer, struct bytes value)
{
    bool quotes = has_blank(value);

    start_word(writer);
    write_bytes(writer, quotes ? BYTES("\"rootflags=") : BYTES("rootflags="));
    write_bytes(writer, value);
    if (quotes)
        write_bytes(writer, BYTES("\""));
}

static enum status check_length(const struct writer *writer, const char *what, uint32_t limit_bytes,
                                struct text *detail)
{
    if (writer->size_bytes <= limit_bytes && !writer->text->truncated)
        return STATUS_OK;
    text_add(detail, what);
    text_add(detail, " of ");
    text_add_u64(detail, writer->size_bytes);
    text_add(detail, " bytes, the kernel takes at most ");
    text_add_u64(detail, limit_bytes);
    return STATUS_CMDLINE_TOO_LONG;
}

static struct user_words find_user_words(struct bytes options, const char *mode_word)
{
    struct user_words words = { 0 };
    struct parameter parameter;

    while (parameter_next(&options, &parameter)) {
        if (mode_word && !parameter.has_value &&
            parameter_name_equal(parameter.name, bytes_of_string(mode_word)))
            words.has_mode_word = true;
        if (parameter.has_value && parameter_name_equal(parameter.name, BYTES("rootflags"))) {
            words.has_rootflags = true;
            words.rootflags = parameter.value;
        }
    }
    return words;
}

static enum status check_conflict(const struct cmdline_request *request,
                                  const struct user_words *words, struct text *detail)
{
    if (request->rootflags.size == 0 || !words->has_rootflags ||
        bytes_equal(request->rootflags, words->rootflags))
        return STATUS_OK;
    text_add(detail, "rootflags is ");
    text_add_quoted(detail, request->rootflags);
    text_add(detail, " in pivotboot's configuration and ");
    text_add_quoted(detail, words->rootflags);
    text_add(detail, " in the kernel options");
    return STATUS_CMDLINE_CONFLICT;
}

static enum status write_line(const struct cmdline_request *request, struct text *detail,
                              struct text *line)
{
    const char *mode_word = root_mode_word(request->root_mode);
    struct writer writer = { .text = line };
    struct user_words words;
    enum status st;

    /* First the options alone, so that they can be read as the kernel will read them, all
     * pieces together: a quote may begin in one and end in another. */
    write_options(&writer, request);
    if ((st = check_length(&writer, "the options alone have a length", request->limit_bytes,
                           detail)))
        return st;
    words = find_user_words(text_bytes(line), mode_word);
    if ((st = check_conflict(request, &words, detail)))
        return st;

    text_clear(line);
    writer.size_bytes = 0;
    if (mode_word && !words.has_mode_word)
        write_bytes(&writer, bytes_of_string(mode_word));
    if (request->rootflags.size > 0 && !words.has_rootflags)
        write_rootflags(&writer, request->rootflags);
    write_options(&writer, request);
    return check_length(&writer, "it has a length", request->limit_bytes, detail);
}

enum status cmdline_build(const struct cmdline_request *request, struct text *detail,
                          struct text *ret_line)
{
    enum status st;

    text_clear(ret_line);
    if ((st = check_request(request, detail)))
        return st;
    st = write_line(request, detail, ret_line);
    if (st)
        text_clear(ret_line);
    return st;
}
