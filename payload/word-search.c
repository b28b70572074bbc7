/*
 * Horspool's algorithm for several words: a window as long as the shortest word slides over
 * the text, and the text's byte under the window's end says how far it can jump.
 */
#include "word-search.h"

struct search {
    const struct search_word *words;
    size_t count;
    size_t window;      /* bytes */
    uint8_t jumps[256]; /* by the byte under the window's end; 0: a word may be here */
};

static struct search search_of(const struct search_word *words, size_t count)
{
    struct search search = { .words = words, .count = count, .window = words[0].text.size };

    for (size_t i = 1; i < count; i++)
        if (words[i].text.size < search.window)
            search.window = words[i].text.size;
    memset(search.jumps, (int)search.window, sizeof(search.jumps));
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < search.window; at++) {
            uint8_t *jump = &search.jumps[words[i].text.data[at]];

            if (*jump > search.window - 1 - at)
                *jump = (uint8_t)(search.window - 1 - at);
        }
    return search;
}

static bool is_nul(struct bytes text, size_t offset)
{
    return offset < text.size && text.data[offset] == 0;
}

static bool is_word_at(struct bytes text, size_t offset, const struct search_word *word)
{
    if (!bytes_start_with(bytes_from(text, offset), word->text))
        return false;
    return !word->alone ||
           (offset > 0 && is_nul(text, offset - 1) && is_nul(text, offset + word->text.size));
}

uint32_t word_search(struct bytes text, const struct search_word *words, size_t count)
{
    struct search search = search_of(words, count);
    size_t end = search.window - 1;
    uint32_t found = 0;

    while (end < text.size) {
        size_t jump = search.jumps[text.data[end]];

        if (jump > 0) {
            end += jump;
            continue;
        }
        for (size_t i = 0; i < count; i++)
            if (is_word_at(text, end - (search.window - 1), &words[i]))
                found |= UINT32_C(1) << i;
        end++;
    }
    return found;
}
