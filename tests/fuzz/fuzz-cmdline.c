/*
 * cmdline_join and cmdline_build. Input: a byte for the root mode, one for where rootflags go,
 * one for the limit (times 4), rootflags, and pieces of options, each behind a line feed.
 */
#include "fuzz.h"
#include "kernel-cmdline/cmdline.h"
#include "kernel-cmdline/parameters.h"

#define PIECES_MAX 4
#define LINE_BYTES (255 * 4)

/* How often the kernel would see the root mode's word, and the last rootflags. */
struct seen {
    unsigned int words;
    bool has_rootflags;
    struct bytes rootflags;
};

static struct seen see(struct bytes line, const char *word, const char *place)
{
    struct seen seen = { 0 };
    struct parameter parameter;

    while (parameter_next(&line, &parameter)) {
        if (word && !parameter.has_value &&
            parameter_name_equal(parameter.name, bytes_of_string(word)))
            seen.words++;
        if (place && parameter.has_value &&
            parameter_name_equal(parameter.name, bytes_of_string(place))) {
            seen.has_rootflags = true;
            seen.rootflags = parameter.value;
        }
    }
    return seen;
}

/* What was built reads back as it was meant, and needs nothing more. */
static void check_line(const struct cmdline_request *request, struct bytes line)
{
    const char *word = request->root.word;
    const char *place = rootflags_parameter(request->root.rootflags);
    struct seen seen = see(line, word, place);
    struct cmdline_request again_request = *request;
    char memory[LINE_BYTES], again_memory[LINE_BYTES];
    struct text detail = TEXT(memory);
    struct text again = TEXT(again_memory);
    size_t offset;

    require(line.size <= request->limit_bytes);
    require(utf8_check(line, "\t", &offset) == UTF8_FINE);
    if (word)
        require(seen.words >= 1);
    if (request->rootflags.size > 0 && place)
        require(seen.has_rootflags && bytes_equal(seen.rootflags, request->rootflags));

    if (request->rdinit.size > 0)
        require(bytes_equal(cmdline_user_init(line), request->rdinit));
    again_request.options = line;
    require(cmdline_build(&again_request, &detail, &again) == STATUS_OK);
    require(bytes_equal(text_bytes(&again), line));
}

/* The pieces are there in order, as they were written, with a blank between two. */
static void check_pieces(const struct bytes *pieces, size_t count, struct bytes options)
{
    for (size_t i = count; i > 0; i--) {
        struct bytes piece = pieces[i - 1];

        while (piece.size > 0 && (piece.data[0] == ' ' || piece.data[0] == '\t'))
            piece = bytes_from(piece, 1);
        while (piece.size > 0 &&
               (piece.data[piece.size - 1] == ' ' || piece.data[piece.size - 1] == '\t'))
            piece.size--;
        if (piece.size == 0)
            continue;
        require(piece.size <= options.size);
        require(bytes_equal(bytes_from(options, options.size - piece.size), piece));
        options.size -= piece.size;
        require(options.size == 0 || options.data[options.size - 1] == ' ');
        options.size -= options.size > 0;
    }
    require(options.size == 0);
}

/* The user's options end the line, as they were written. */
static void check_options(const struct cmdline_request *request, struct bytes line)
{
    if (request->rdinit.size > 0)
        return;
    require(request->options.size <= line.size);
    require(bytes_equal(bytes_from(line, line.size - request->options.size), request->options));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char detail_memory[512], line_memory[LINE_BYTES], options_memory[LINE_BYTES];
    struct text detail = TEXT(detail_memory);
    struct text line = TEXT(line_memory);
    struct text options = TEXT(options_memory);
    struct bytes pieces[PIECES_MAX];
    size_t count = 0;
    struct cmdline_request request = { .limit_bytes = 0 };
    struct bytes rest = { data, size };
    enum status st;

    if (size < 3)
        return 0;
    request.root.mode = (enum root_mode)(data[0] % ROOT_MODE_COUNT);
    request.root.word = root_mode_word(request.root.mode);
    request.root.rootflags = (enum rootflags_place)(data[1] % (ROOTFLAGS_LEAF + 1));
    if (request.root.mode == ROOT_LEAF)
        request.rdinit = BYTES("/.pivotboot/leaf");
    request.limit_bytes = data[2] * UINT32_C(4);
    rest = bytes_from(rest, 3);
    request.rootflags = take_until(&rest, '\n');
    while (rest.size > 0 && count < PIECES_MAX)
        pieces[count++] = take_until(&rest, '\n');

    st = cmdline_join(pieces, count, request.limit_bytes, &detail, &options);
    if (!st) {
        check_pieces(pieces, count, text_bytes(&options));
        request.options = text_bytes(&options);
        st = cmdline_build(&request, &detail, &line);
    }
    require(st == STATUS_OK || st == STATUS_CONFIG_VALUE_BAD ||
            (st >= STATUS_CMDLINE_TOO_LONG && st <= STATUS_CMDLINE_CONFLICT));
    require_detail(&detail, st != STATUS_OK);
    if (st) {
        require(line.size == 0);
        return 0;
    }
    check_line(&request, text_bytes(&line));
    check_options(&request, text_bytes(&line));
    return 0;
}
