#include "net/dns-message.h"
#include "support.h"

#define HEADER(flags_high, flags_low, answers) \
    0x12, 0x34, flags_high, flags_low, 0, 1, 0, answers, 0, 0, 0, 0
#define NAME              4, 'b', 'o', 'o', 't', 4, 't', 'e', 's', 't', 0
#define ASKED(type)       NAME, 0, type, 0, 1
#define POINTER           0xc0, 12
#define LIFETIME(seconds) 0, 0, 0, seconds
#define A(last)           POINTER, 0, 1, 0, 1, LIFETIME(60), 0, 4, 10, 0, 0, last

static const struct dns_question question = { BYTES("boot.test"), DNS_A, 0x1234 };

static void writes_questions(void **state)
{
    static const uint8_t expected[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ASKED(1) };
    uint8_t memory[DNS_QUESTION_MAX_BYTES];
    size_t size = dns_question_write(&question, (struct buffer){ memory, sizeof(memory) });

    (void)state;
    assert_int_equal(size, sizeof(expected));
    assert_memory_equal(memory, expected, sizeof(expected));
    assert_int_equal(dns_question_write(&question, (struct buffer){ memory, size - 1 }), 0);
}

static void refuses_names_that_do_not_fit(void **state)
{
    static const char *const bad[] = { "", ".", ".boot", "boot.", "a..b" };
    uint8_t memory[DNS_QUESTION_MAX_BYTES];
    struct buffer buffer = { memory, sizeof(memory) };
    struct dns_question asked = question;
    uint8_t name[DNS_NAME_MAX_BYTES + 1];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        asked.name = bytes_of_string(bad[i]);
        assert_int_equal(dns_question_write(&asked, buffer), 0);
    }
    memset(name, 'a', sizeof(name));
    asked.name = (struct bytes){ name, DNS_LABEL_MAX_BYTES };
    assert_int_equal(dns_question_write(&asked, buffer), 12 + 1 + DNS_LABEL_MAX_BYTES + 1 + 4);
    asked.name.size++;
    assert_int_equal(dns_question_write(&asked, buffer), 0);
    for (size_t i = DNS_LABEL_MAX_BYTES; i < sizeof(name); i += DNS_LABEL_MAX_BYTES + 1)
        name[i] = '.';
    asked.name.size = DNS_NAME_MAX_BYTES;
    assert_int_equal(dns_question_write(&asked, buffer), DNS_QUESTION_MAX_BYTES);
    asked.name.size++;
    assert_int_equal(dns_question_write(&asked, buffer), 0);
}

static enum dns_verdict read_exact(struct bytes message, struct dns_answer *ret_answer)
{
    struct buffer copy = exact_copy(message);
    enum dns_verdict verdict = dns_answer_read(&question, buffer_bytes(copy), ret_answer);

    free(copy.data);
    return verdict;
}

#define MESSAGE(...) \
    ((struct bytes){ (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) })

static void reads_addresses(void **state)
{
    const struct bytes messages[] = {
        MESSAGE(HEADER(0x81, 0x80, 1), ASKED(1), A(1)),
        /* other sections behind the answer, letters of other case in front */
        MESSAGE(HEADER(0x80, 0, 1), 4, 'B', 'o', 'O', 't', 4, 'T', 'E', 's', 't', 0, 0, 1, 0, 1,
                A(1), 0, 0, 41, 1),
        /* an alias, an address of the other family, another class: passed over */
        MESSAGE(HEADER(0x80, 0, 4), ASKED(1), POINTER, 0, 5, 0, 1, LIFETIME(9), 0, 3, 1, 'x', 0,
                POINTER, 0, 28, 0, 1, LIFETIME(9), 0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                14, 15, 16, POINTER, 0, 1, 0, 3, LIFETIME(9), 0, 4, 9, 9, 9, 9, 1, 'x', 0, 0, 1, 0,
                1, LIFETIME(60), 0, 4, 10, 0, 0, 1),
        /* nobody's address, and one that is too long for its kind */
        MESSAGE(HEADER(0x80, 0, 3), ASKED(1), POINTER, 0, 1, 0, 1, LIFETIME(9), 0, 4, 0, 0, 0, 0,
                POINTER, 0, 1, 0, 1, LIFETIME(9), 0, 5, 1, 2, 3, 4, 5, A(1)),
        /* cut short behind a good record */
        MESSAGE(HEADER(0x82, 0, 9), ASKED(1), A(1), POINTER, 0),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
        struct dns_answer answer;

        assert_int_equal(read_exact(messages[i], &answer), DNS_ADDRESSES);
        assert_int_equal(answer.count, 1);
        assert_int_equal(answer.lifetime_s, 60);
        assert_false(answer.addresses[0].is_ipv6);
        assert_memory_equal(answer.addresses[0].bytes, ((uint8_t[]){ 10, 0, 0, 1 }), 4);
    }
}

static void keeps_some_of_many_addresses(void **state)
{
    struct dns_answer answer;

    (void)state;
    assert_int_equal(read_exact(MESSAGE(HEADER(0x80, 0, 6), ASKED(1), A(1), A(2), POINTER, 0, 1, 0,
                                        1, LIFETIME(7), 0, 4, 10, 0, 0, 3, A(4), A(5), A(6)),
                                &answer),
                     DNS_ADDRESSES);
    assert_int_equal(answer.count, DNS_ADDRESSES_MOST);
    assert_int_equal(answer.addresses[3].bytes[3], 4);
    assert_int_equal(answer.lifetime_s, 7);
}

static void tells_no_from_no_help(void **state)
{
    const struct {
        struct bytes message;
        enum dns_verdict verdict;
    } cases[] = {
        { MESSAGE(HEADER(0x80, 0, 0), ASKED(1)), DNS_NONE },
        { MESSAGE(HEADER(0x80, 3, 0), ASKED(1)), DNS_NONE },
        { MESSAGE(HEADER(0x80, 3, 1), ASKED(1), A(1)), DNS_NONE },
        { MESSAGE(HEADER(0x80, 2, 0), ASKED(1)), DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 5, 1), ASKED(1), A(1)), DNS_REFUSED },
        { MESSAGE(HEADER(0x82, 0, 0), ASKED(1)), DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 0, 1), ASKED(1)), DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 0, 1), ASKED(1), 0xc0), DNS_REFUSED },
        /* a name that points at itself is stepped over, and nothing comes behind it */
        { MESSAGE(HEADER(0x80, 0, 0xff), ASKED(1), 0xc0, 27, 0, 1, 0, 1, LIFETIME(1), 0, 4),
          DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 0, 1), ASKED(1), 0x80, 0, 0, 1, 0, 1, LIFETIME(1), 0, 4, 1, 1, 1, 1),
          DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 0, 1), ASKED(1), 63, 0), DNS_REFUSED },
        { MESSAGE(HEADER(0x80, 0, 1), ASKED(1), POINTER, 0, 1, 0, 1, LIFETIME(1), 0xff, 0xff, 1),
          DNS_REFUSED },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct dns_answer answer;

        assert_int_equal(read_exact(cases[i].message, &answer), cases[i].verdict);
        assert_int_equal(answer.count, 0);
    }
}

static void ignores_what_is_no_answer(void **state)
{
    const struct bytes messages[] = {
        { NULL, 0 },
        MESSAGE(0x12),
        MESSAGE(HEADER(0x80, 0, 1)),
        MESSAGE(HEADER(0, 0, 1), ASKED(1), A(1)),            /* a question */
        MESSAGE(HEADER(0x90, 0, 1), ASKED(1), A(1)),         /* another operation */
        MESSAGE(HEADER(0x80, 0, 1), ASKED(28), A(1)),        /* another type */
        MESSAGE(HEADER(0x80, 0, 1), NAME, 0, 1, 0, 3, A(1)), /* another class */
        MESSAGE(HEADER(0x80, 0, 1), NAME, 0, 1, 0),
        MESSAGE(HEADER(0x80, 0, 1), 4, 'b', 'o', 'o', 't', 0, 0, 1, 0, 1, A(1)),
        MESSAGE(HEADER(0x80, 0, 1), 9, 'b', 'o', 'o', 't', '.', 't', 'e', 's', 't', 0, 0, 1, 0, 1,
                A(1)),
        MESSAGE(HEADER(0x80, 0, 1), POINTER, 0, 1, 0, 1, A(1)),
        MESSAGE(0x12, 0x35, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, ASKED(1), A(1)), /* another id */
        MESSAGE(0x12, 0x34, 0x80, 0, 0, 2, 0, 1, 0, 0, 0, 0, ASKED(1), A(1)), /* two questions */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
        struct dns_answer answer;

        assert_int_equal(read_exact(messages[i], &answer), DNS_FOREIGN);
        assert_int_equal(answer.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_questions),      cmocka_unit_test(refuses_names_that_do_not_fit),
        cmocka_unit_test(reads_addresses),       cmocka_unit_test(keeps_some_of_many_addresses),
        cmocka_unit_test(tells_no_from_no_help), cmocka_unit_test(ignores_what_is_no_answer),
    };

    return cmocka_run_group_tests_name("dns-message", tests, NULL, NULL);
}
