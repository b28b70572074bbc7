/* Looks for several words at once in a large memory, much faster than a byte at a time. */
#ifndef PAYLOAD_WORD_SEARCH_H
#define PAYLOAD_WORD_SEARCH_H

#include "bytes.h"

/* As many words as one search takes. */
#define WORD_SEARCH_MAX 8
/* The longest word, in bytes. */
#define WORD_SEARCH_WORD_MAX_BYTES 64

struct search_word {
    struct bytes text; /* 1 to WORD_SEARCH_WORD_MAX_BYTES bytes; the longer the faster */
    bool alone;        /* counts only with a NUL on either side, as C strings lie in memory */
};

/*
 * text: untrusted. count: 1 to WORD_SEARCH_MAX. In the result, bit i says whether words[i]
 * occurs; an empty text has no words.
 */
uint32_t word_search(struct bytes text, const struct search_word *words, size_t count);

#endif
