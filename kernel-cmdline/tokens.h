/*
 * Takes the text of LoadOptions or of a .conf apart into words: blanks, tabs and line ends
 * separate, double quotes group, anywhere in a word, and are removed. There is no other
 * special character. A line that starts with '#' is a comment.
 */
#ifndef KERNEL_CMDLINE_TOKENS_H
#define KERNEL_CMDLINE_TOKENS_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"

struct tokens {
    struct buffer text;
    size_t offset; /* of what has not been read */
};

struct token {
    struct bytes word; /* without quotes; may be empty when it was quoted */
    bool quoted;       /* a part of it was in quotes, so it is never a separator */
};

/* text: untrusted, modified in place; words point into it, so it must outlive them. */
void tokens_open(struct buffer text, struct tokens *ret_tokens);

/*
 * Reads the next word; *ret_more is false when there is none.
 * STATUS_CONFIG_QUOTE_OPEN: a quote is not closed on its line (detail shows the word).
 */
enum status tokens_next(struct tokens *tokens, struct text *detail, bool *ret_more,
                        struct token *ret_token);

/*
 * Everything that has not been read, quotes and all: comments and line ends become blanks,
 * and blanks at both ends are removed. Nothing is left to read after that.
 */
struct bytes tokens_rest(struct tokens *tokens);

#endif
