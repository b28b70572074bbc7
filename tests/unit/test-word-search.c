#include "payload/word-search.h"
#include "support.h"

static void finds_words_anywhere(void **state)
{
    static const struct search_word words[] = { { BYTES("abcde"), false },
                                                { BYTES("cdefgh"), true },
                                                { BYTES("eee"), false } };
    uint8_t text[40];

    (void)state;
    assert_int_equal(word_search((struct bytes){ NULL, 0 }, words, 3), 0);
    for (size_t size = 1; size <= sizeof(text); size++)
        for (size_t w = 0; w < ARRAY_LENGTH(words); w++)
            for (size_t at = 0; at + words[w].text.size <= size; at++) {
                bool inside = at > 0 && at + words[w].text.size < size;
                struct buffer copy;
                uint32_t expected = words[w].alone && !inside ? 0 : UINT32_C(1) << w;

                memset(text, 0, sizeof(text));
                memcpy(text + at, words[w].text.data, words[w].text.size);
                copy = exact_copy((struct bytes){ text, size });
                assert_int_equal(word_search(buffer_bytes(copy), words, 3), expected);
                free(copy.data);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_words_anywhere),
    };

    return cmocka_run_group_tests_name("word-search", tests, NULL, NULL);
}
