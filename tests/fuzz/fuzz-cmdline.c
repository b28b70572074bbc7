/*
 * cmdline_build. Input: a byte for the root mode, a byte for the limit (times 4), rootflags,
 * and pieces of options, each behind a line feed.
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

static struct seen see(struct bytes line, const char *word)
{
    struct seen seen = { 0 };
    struct parameter parameter;

    while (parameter_next(&line, &parameter)) {
        if (word && !parameter.has_value &&
            parameter_name_equal(parameter.name, bytes_of_string(word)))
            seen.words++;
        if (parameter.has_value && parameter_name_equal(parameter.name, BYTES("rootflags"))) {
            seen.has_rootflags = true;
            seen.rootflags = parameter.value;
        }
    }
    return seen;
}

/* What was built reads back as it was meant, and needs nothing more. */
static void check_line(const struct cmdline_request *request, struct bytes line)
{
    const char *word = root_mode_word(request->root_mode);
    struct seen seen = see(line, word);
    struct cmdline_request again_request = *request;
    char memory[LINE_BYTES], again_memory[LINE_BYTES];
    struct text detail = TEXT(memory);
    struct text again = TEXT(again_memory);
    size_t offset;

    require(line.size <= request->limit_bytes);
    require(utf8_check(line, "\t", &offset) == UTF8_FINE);
    if (word)
        require(seen.words >= 1);
    if (request->rootflags.size > 0)
        require(seen.has_rootflags && bytes_equal(seen.rootflags, request->rootflags));

    again_request.options = &line;
    again_request.options_count = 1;
    require(cmdline_build(&again_request, &detail, &again) == STATUS_OK);
    require(bytes_equal(text_bytes(&again), line));
}

/* The user's pieces are at the end, in order, as they were written. */
static void check_pieces(const struct cmdline_request *request, struct bytes line)
{
    for (size_t i = request->options_count; i > 0; i--) {
        struct bytes piece = request->options[i - 1];

        while (piece.size > 0 && (piece.data[0] == ' ' || piece.data[0] == '\t'))
            piece = bytes_from(piece, 1);
        while (piece.size > 0 &&
               (piece.data[piece.size - 1] == ' ' || piece.data[piece.size - 1] == '\t'))
            piece.size--;
        if (piece.size == 0)
            continue;
        require(piece.size <= line.size);
        require(bytes_equal(bytes_from(line, line.size - piece.size), piece));
        line.size -= piece.size;
        require(line.size == 0 || line.data[line.size - 1] == ' ');
        line.size -= line.size > 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char detail_memory[512], line_memory[LINE_BYTES];
    struct text detail = TEXT(detail_memory);
    struct text line = TEXT(line_memory);
    struct bytes pieces[PIECES_MAX];
    struct cmdline_request request = { .options = pieces };
    struct bytes rest = { data, size };
    enum status st;

    if (size < 2)
        return 0;
    request.root_mode = (enum root_mode)(data[0] % ROOT_MODE_COUNT);
    request.limit_bytes = data[1] * UINT32_C(4);
    rest = bytes_from(rest, 2);
    request.rootflags = take_until(&rest, '\n');
    while (rest.size > 0 && request.options_count < PIECES_MAX)
        pieces[request.options_count++] = take_until(&rest, '\n');

    st = cmdline_build(&request, &detail, &line);
    require(st == STATUS_OK || st == STATUS_CONFIG_VALUE_BAD ||
            (st >= STATUS_CMDLINE_TOO_LONG && st <= STATUS_CMDLINE_CONFLICT));
    require_detail(&detail, st != STATUS_OK);
    if (st) {
        require(line.size == 0);
        return 0;
    }
    check_line(&request, text_bytes(&line));
    check_pieces(&request, text_bytes(&line));
    return 0;
}
