#include "kernel-cmdline/tokens.h"
#include "support.h"

/* Reads all words and writes them back as "[word]", a quoted one as "<word>". */
static enum status read_all(struct buffer text, struct detail *detail, struct text *ret_seen)
{
    struct tokens tokens;
    enum status st;

    tokens_open(text, &tokens);
    detail_clear(detail);
    for (;;) {
        struct token token;
        bool more = false;

        if ((st = tokens_next(&tokens, &detail->text, &more, &token)) || !more)
            return st;
        text_add(ret_seen, token.quoted ? "<" : "[");
        text_add_bytes(ret_seen, token.word);
        text_add(ret_seen, token.quoted ? ">" : "]");
    }
}

static void takes_words_apart(void **state)
{
    static const struct {
        struct bytes text;
        const char *seen;
    } cases[] = {
        { { NULL, 0 }, "" },
        { BYTES(" \t\r\n "), "" },
        { BYTES("a"), "[a]" },
        { BYTES("a=1 b=2"), "[a=1][b=2]" },
        { BYTES("  a \t b  "), "[a][b]" },
        { BYTES("a\nb\r\nc"), "[a][b][c]" },
        { BYTES("a=\"1 2\" b"), "<a=1 2>[b]" },
        { BYTES("\"a=1 2\""), "<a=1 2>" },
        { BYTES("a\"b\"c\"d e\"f"), "<abcd ef>" },
        { BYTES("\"\" x"), "<>[x]" },
        { BYTES("a=\"\""), "<a=>" },
        { BYTES("\"--\" --"), "<-->[--]" },
        { BYTES("back\\slash 'single quotes'"), "[back\\slash]['single][quotes']" },
        { BYTES("# a comment \"\na"), "[a]" },
        { BYTES("a #b\n#c\n#\n"), "[a][#b]" },
        { BYTES("a\n # not at the start"), "[a][#][not][at][the][start]" },
        { BYTES("a#b"), "[a#b]" },
        { BYTES("#"), "" },
    };
    struct detail detail, seen;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);

        assert_status(read_all(copy, &detail, detail_clear(&seen)), STATUS_OK);
        assert_detail(&seen, cases[i].seen);
        free(copy.data);
    }
}

static void shows_open_quotes(void **state)
{
    static const struct {
        struct bytes text;
        const char *detail;
    } cases[] = {
        { BYTES("\""), "expected it on the same line, found ''" },
        { BYTES("a b=\"c d"), "expected it on the same line, found 'b=c d'" },
        { BYTES("b=\"c\nd\""), "expected it on the same line, found 'b=c'" },
        { BYTES("b=\"c\" \"d\"\""), "expected it on the same line, found 'd'" },
    };
    struct detail detail, seen;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);

        assert_status(read_all(copy, &detail, detail_clear(&seen)), STATUS_CONFIG_QUOTE_OPEN);
        assert_detail(&detail, cases[i].detail);
        free(copy.data);
    }
}

static void hands_out_the_rest(void **state)
{
    static const struct {
        struct bytes text;
        const char *rest;
    } cases[] = {
        { BYTES("--"), "" },
        { BYTES("-- \t"), "" },
        { BYTES("--  quiet  a=\"b c\" \t"), "quiet  a=\"b c\"" },
        { BYTES("-- \"open"), "\"open" },
        { BYTES("-- a -- b"), "a -- b" },
        { BYTES("--\nquiet\r\nsplash\n"), "quiet  splash" },
        { BYTES("-- a\n# comment\nb #c"), "a           b #c" },
        { BYTES("--\n#only a comment"), "" },
        { BYTES("-- #a"), "#a" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].text);
        struct tokens tokens;
        struct token token;
        struct detail detail;
        bool more = false;

        tokens_open(copy, &tokens);
        assert_status(tokens_next(&tokens, detail_clear(&detail), &more, &token), STATUS_OK);
        assert_true(more);
        assert_bytes(token.word, "--");
        assert_bytes(tokens_rest(&tokens), cases[i].rest);
        assert_status(tokens_next(&tokens, &detail.text, &more, &token), STATUS_OK);
        assert_false(more);
        assert_bytes(tokens_rest(&tokens), "");
        free(copy.data);
    }
}

static void the_rest_may_be_everything(void **state)
{
    struct buffer copy = exact_copy(BYTES("#x\n a"));
    struct tokens tokens;

    (void)state;
    tokens_open(copy, &tokens);
    assert_bytes(tokens_rest(&tokens), "a");
    free(copy.data);
    tokens_open((struct buffer){ NULL, 0 }, &tokens);
    assert_bytes(tokens_rest(&tokens), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_words_apart),
        cmocka_unit_test(shows_open_quotes),
        cmocka_unit_test(hands_out_the_rest),
        cmocka_unit_test(the_rest_may_be_everything),
    };

    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
