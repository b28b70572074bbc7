#include "cmdline.h"
#include "../payload/utf8.h"
#include "parameters.h"

/* What the user's own words say about what would be injected. */
struct user_words {
    bool has_mode_word;
    bool has_rdinit;
    bool has_options; /* initramfs_options=, whatever they are */
    bool has_flags;   /* the parameter that rootflags go to has the value that they have */
    /* Of one that contradicts: the name is NULL when none does. */
    const char *other_name;
    struct bytes other_value;
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

static enum status check_rootflags(const struct cmdline_request *request, struct text *detail)
{
    enum status st = check_text("rootflags", request->rootflags, detail);

    if (st)
        return st;
    if (request->rootflags.size > 0 &&
        memchr(request->rootflags.data, '"', request->rootflags.size)) {
        text_add(detail, "rootflags=");
        text_add_quoted(detail, request->rootflags);
        text_add(detail, ": expected no double quote, which the kernel could not read back");
        return STATUS_CONFIG_VALUE_BAD;
    }
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

static bool has_blank(struct bytes value)
{
    for (size_t i = 0; i < value.size; i++)
        if (parameter_is_blank(value.data[i]))
            return true;
    return false;
}

static void write_parameter(struct writer *writer, const char *name, struct bytes value)
{
    bool quotes = has_blank(value);

    start_word(writer);
    if (quotes)
        write_bytes(writer, BYTES("\""));
    write_bytes(writer, bytes_of_string(name));
    write_bytes(writer, BYTES("="));
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

enum status cmdline_join(const struct bytes *pieces, size_t count, uint32_t limit_bytes,
                         struct text *detail, struct text *ret_options)
{
    struct writer writer = { .text = ret_options };
    enum status st = STATUS_OK;

    text_clear(ret_options);
    for (size_t i = 0; i < count && !st; i++) {
        struct bytes piece = trim(pieces[i]);

        st = check_text("the options", pieces[i], detail);
        if (st || piece.size == 0)
            continue;
        start_word(&writer);
        write_bytes(&writer, piece);
    }
    if (!st)
        st = check_length(&writer, "the options alone have a length", limit_bytes, detail);
    if (st)
        text_clear(ret_options);
    return st;
}

static bool is_named(const struct parameter *parameter, const char *name)
{
    return parameter->has_value && name &&
           parameter_name_equal(parameter->name, bytes_of_string(name));
}

/* Of a parameter that is repeated, the kernel takes the last. */
static void note_flags(struct user_words *words, const char *name, struct bytes wanted,
                       struct bytes found)
{
    if (bytes_equal(wanted, found)) {
        if (words->other_name == name)
            words->other_name = NULL;
        return;
    }
    words->other_name = name;
    words->other_value = found;
}

static struct user_words find_user_words(const struct cmdline_request *request)
{
    const char *place = rootflags_parameter(request->root.rootflags);
    struct user_words words = { .has_mode_word = false };
    struct bytes options = request->options;
    struct parameter parameter;

    while (parameter_next(&options, &parameter)) {
        if (request->root.word && !parameter.has_value &&
            parameter_name_equal(parameter.name, bytes_of_string(request->root.word)))
            words.has_mode_word = true;
        if (is_named(&parameter, "rdinit"))
            words.has_rdinit = true;
        if (is_named(&parameter, "initramfs_options"))
            words.has_options = true;
        if (request->rootflags.size == 0)
            continue;
        if (is_named(&parameter, place)) {
            words.has_flags = true;
            note_flags(&words, place, request->rootflags, parameter.value);
        } else if (is_named(&parameter, "rootflags")) {
            note_flags(&words, "rootflags", request->rootflags, parameter.value);
        }
    }
    return words;
}

static enum status check_conflict(const struct cmdline_request *request,
                                  const struct user_words *words, struct text *detail)
{
    if (!words->other_name)
        return STATUS_OK;
    text_add(detail, "rootflags is ");
    text_add_quoted(detail, request->rootflags);
    text_add(detail, " in pivotboot's configuration and ");
    text_add(detail, words->other_name);
    text_add(detail, "= is ");
    text_add_quoted(detail, words->other_value);
    text_add(detail, " in the kernel options");
    return STATUS_CMDLINE_CONFLICT;
}

/* Writes the options with every rdinit= of the user's turned into the request's. */
static void write_options(struct writer *writer, const struct cmdline_request *request)
{
    struct bytes rest = request->options, kept = request->options;
    struct parameter parameter;

    if (request->options.size > 0)
        start_word(writer);
    while (request->rdinit.size > 0 && parameter_next(&rest, &parameter)) {
        const uint8_t *start = parameter.name.data;

        if (!is_named(&parameter, "rdinit"))
            continue;
        /* The name stands behind a quote when the whole word is quoted. */
        if (start > kept.data && start[-1] == '"')
            start--;
        write_bytes(writer, bytes_first(kept, (size_t)(start - kept.data)));
        write_bytes(writer, BYTES("rdinit="));
        write_bytes(writer, request->rdinit);
        kept = rest;
    }
    write_bytes(writer, kept);
}

static enum status write_line(const struct cmdline_request *request, struct text *detail,
                              struct text *line)
{
    const char *place = rootflags_parameter(request->root.rootflags);
    struct user_words words = find_user_words(request);
    struct writer writer = { .text = line };
    enum status st;

    if ((st = check_conflict(request, &words, detail)))
        return st;
    if (request->rdinit.size > 0 && !words.has_rdinit)
        write_parameter(&writer, "rdinit", request->rdinit);
    if (request->root.frees_rootfs && !words.has_options)
        write_parameter(&writer, "initramfs_options", BYTES("size=1t"));
    if (request->root.word && !words.has_mode_word) {
        start_word(&writer);
        write_bytes(&writer, bytes_of_string(request->root.word));
    }
    if (request->rootflags.size > 0 && place && !words.has_flags)
        write_parameter(&writer, place, request->rootflags);
    write_options(&writer, request);
    if ((st = check_length(&writer, "it has a length", request->limit_bytes, detail)))
        return st;
    /* A user's rdinit= can end inside of a character: 0xa0 is a blank to the kernel. */
    return check_text("the line", text_bytes(line), detail);
}

struct bytes cmdline_user_init(struct bytes options)
{
    struct bytes init = { NULL, 0 };
    struct parameter parameter;

    while (parameter_next(&options, &parameter))
        if (is_named(&parameter, "rdinit"))
            init = parameter.value;
    return init;
}

enum status cmdline_build(const struct cmdline_request *request, struct text *detail,
                          struct text *ret_line)
{
    enum status st;

    text_clear(ret_line);
    if ((st = check_rootflags(request, detail)))
        return st;
    st = write_line(request, detail, ret_line);
    if (st)
        text_clear(ret_line);
    return st;
}
