#include "payload/status.h"
#include "support.h"

struct listed {
    unsigned int number;
    const char *name;
    const char *sentence;
};

static const struct listed all[] = {
#define STATUS(name, number, sentence) { number, #name, sentence },
#include "payload/status.def"
#undef STATUS
};

static void numbers_are_unique_and_fit_a_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        assert_in_range(all[i].number, 1, 255);
        for (size_t j = 0; j < i; j++)
            if (all[i].number == all[j].number)
                fail_msg("%s and %s have the number %u", all[i].name, all[j].name, all[i].number);
    }
}

static void sentences_are_unique_and_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        assert_string_equal(status_sentence((enum status)all[i].number), all[i].sentence);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(all[i].sentence, all[j].sentence);
    }
}

static void every_number_has_a_sentence(void **state)
{
    (void)state;
    assert_string_equal(status_sentence(STATUS_OK), "no error");
    assert_string_equal(status_sentence((enum status)255), "an unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_unique_and_fit_a_byte),
        cmocka_unit_test(sentences_are_unique_and_found),
        cmocka_unit_test(every_number_has_a_sentence),
    };

    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
