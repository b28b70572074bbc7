/* tokens_next over all of the input, tokens_rest behind the first bare word --. */
#include "fuzz.h"
#include "kernel-cmdline/tokens.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void check_rest(struct bytes rest, struct bytes all)
{
    require(inside(rest, all));
    require(!has_byte(rest, '\n') && !has_byte(rest, '\r'));
    if (rest.size > 0)
        require(!is_blank(rest.data[0]) && !is_blank(rest.data[rest.size - 1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[256];
    struct text detail = TEXT(memory);
    struct buffer text = fuzz_copy((struct bytes){ data, size });
    struct bytes all = { text.data, text.size };
    const uint8_t *last = text.data;
    struct tokens tokens;
    struct token token;
    bool more = true;
    enum status st;

    tokens_open(text, &tokens);
    for (;;) {
        st = tokens_next(&tokens, &detail, &more, &token);
        if (st || !more)
            break;
        require(inside(token.word, all) && token.word.data >= last);
        require(token.quoted || token.word.size > 0);
        require(!has_byte(token.word, '"') && !has_byte(token.word, '\n'));
        last = token.word.data + token.word.size;
        if (!token.quoted) {
            for (size_t i = 0; i < token.word.size; i++)
                require(!is_blank(token.word.data[i]));
            if (bytes_equal(token.word, BYTES("--")))
                check_rest(tokens_rest(&tokens), all);
        }
    }
    require(st == STATUS_OK || st == STATUS_CONFIG_QUOTE_OPEN);
    require_detail(&detail, st != STATUS_OK);
    free(text.data);
    return 0;
}
