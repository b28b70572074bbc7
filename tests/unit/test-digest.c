#include "payload/digest.h"
#include "support.h"

/* FIPS 180-4's example: SHA-256 of "abc" */
static const struct sha256 abc = { { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                     0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                     0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                     0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad } };
#define ABC_HEX   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY_HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Remembers what it was given, and fails when it is told to. */
struct last_sink {
    struct sink sink;
    uint64_t promised_bytes;
    char memory[64];
    struct text content;
    unsigned int begins, finishes;
    enum status begin_status, write_status, finish_status;
};

static enum status last_begin(struct sink *sink, uint64_t size_bytes)
{
    struct last_sink *last = (struct last_sink *)(void *)sink;

    last->promised_bytes = size_bytes;
    text_clear(&last->content);
    last->begins++;
    return last->begin_status;
}

static enum status last_write(struct sink *sink, struct bytes bytes)
{
    struct last_sink *last = (struct last_sink *)(void *)sink;

    text_add_bytes(&last->content, bytes);
    return last->write_status;
}

static enum status last_finish(struct sink *sink)
{
    struct last_sink *last = (struct last_sink *)(void *)sink;

    last->finishes++;
    return last->finish_status;
}

struct chain {
    struct digest_sink digest;
    struct last_sink last;
    struct detail detail;
};

static struct sink *chain_init(struct chain *chain, const struct sha256 *digest,
                               uint64_t size_bytes)
{
    memset(chain, 0, sizeof(*chain));
    chain->last.sink = (struct sink){ last_begin, last_write, last_finish };
    chain->last.content = TEXT(chain->last.memory);
    digest_sink_init(&chain->digest, &chain->last.sink,
                     (struct blob_expectation){ digest, size_bytes }, detail_clear(&chain->detail));
    return &chain->digest.sink;
}

static void hands_on_what_is_as_expected(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, &abc, 3);

    (void)state;
    assert_status(sink->begin(sink, 3), STATUS_OK);
    assert_int_equal(chain.last.promised_bytes, 3);
    assert_status(sink->write(sink, BYTES("a")), STATUS_OK);
    assert_status(sink->write(sink, (struct bytes){ NULL, 0 }), STATUS_OK);
    assert_status(sink->write(sink, BYTES("bc")), STATUS_OK);
    assert_status(sink->finish(sink), STATUS_OK);
    assert_bytes(text_bytes(&chain.last.content), "abc");
    assert_int_equal(chain.last.finishes, 1);
    assert_int_equal(chain.digest.size_bytes, 3);
    assert_memory_equal(chain.digest.result.bytes, abc.bytes, SHA256_BYTES);
    assert_detail(&chain.detail, "");
}

static void checks_nothing_that_is_not_pinned(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, NULL, SINK_SIZE_UNKNOWN);

    (void)state;
    assert_status(sink->begin(sink, SINK_SIZE_UNKNOWN), STATUS_OK);
    assert_int_equal(chain.last.promised_bytes, SINK_SIZE_UNKNOWN);
    assert_status(sink->write(sink, BYTES("abc")), STATUS_OK);
    assert_status(sink->finish(sink), STATUS_OK);
    assert_bytes(text_bytes(&chain.last.content), "abc");
    assert_int_equal(chain.last.finishes, 1);
}

static void refuses_a_promise_of_another_size(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, &abc, 3);

    (void)state;
    assert_status(sink->begin(sink, 4), STATUS_BLOB_SIZE);
    assert_detail(&chain.detail, "expected 3 bytes, the server announces 4");
    assert_int_equal(chain.last.begins, 0);
}

static void refuses_too_much_at_once(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, &abc, 3);

    (void)state;
    assert_status(sink->begin(sink, SINK_SIZE_UNKNOWN), STATUS_OK);
    assert_status(sink->write(sink, BYTES("ab")), STATUS_OK);
    assert_status(sink->write(sink, BYTES("cd")), STATUS_BLOB_SIZE);
    assert_detail(&chain.detail, "expected 3 bytes, found at least 4");
    assert_bytes(text_bytes(&chain.last.content), "ab");
}

static void refuses_too_little_at_the_end(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, NULL, 3);

    (void)state;
    assert_status(sink->begin(sink, SINK_SIZE_UNKNOWN), STATUS_OK);
    assert_status(sink->write(sink, BYTES("ab")), STATUS_OK);
    assert_status(sink->finish(sink), STATUS_BLOB_SIZE);
    assert_detail(&chain.detail, "expected 3 bytes, found 2");
    assert_int_equal(chain.last.finishes, 0);
}

static void refuses_another_digest(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, &abc, SINK_SIZE_UNKNOWN);

    (void)state;
    assert_status(sink->begin(sink, 0), STATUS_OK);
    assert_status(sink->finish(sink), STATUS_BLOB_DIGEST);
    assert_detail(&chain.detail, "expected " ABC_HEX ", found " EMPTY_HEX);
    assert_int_equal(chain.last.finishes, 0);
    assert_int_equal(chain.digest.result.bytes[0], 0xe3); /* valid after the error as well */
}

static void begins_anew(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, &abc, 3);

    (void)state;
    assert_status(sink->begin(sink, 3), STATUS_OK);
    assert_status(sink->write(sink, BYTES("xy")), STATUS_OK);
    assert_status(sink->begin(sink, 3), STATUS_OK);
    assert_status(sink->write(sink, BYTES("abc")), STATUS_OK);
    assert_status(sink->finish(sink), STATUS_OK);
    assert_bytes(text_bytes(&chain.last.content), "abc");
}

static void hands_on_errors(void **state)
{
    struct chain chain;
    struct sink *sink = chain_init(&chain, NULL, SINK_SIZE_UNKNOWN);

    (void)state;
    chain.last.begin_status = STATUS_OUT_OF_MEMORY;
    assert_status(sink->begin(sink, 1), STATUS_OUT_OF_MEMORY);
    chain.last.begin_status = STATUS_OK;
    assert_status(sink->begin(sink, 1), STATUS_OK);
    chain.last.write_status = STATUS_BLOB_TOO_LARGE;
    assert_status(sink->write(sink, BYTES("a")), STATUS_BLOB_TOO_LARGE);
    assert_status(sink->begin(sink, 1), STATUS_OK);
    chain.last.finish_status = STATUS_ABORTED;
    assert_status(sink->finish(sink), STATUS_ABORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_what_is_as_expected),
        cmocka_unit_test(checks_nothing_that_is_not_pinned),
        cmocka_unit_test(refuses_a_promise_of_another_size),
        cmocka_unit_test(refuses_too_much_at_once),
        cmocka_unit_test(refuses_too_little_at_the_end),
        cmocka_unit_test(refuses_another_digest),
        cmocka_unit_test(begins_anew),
        cmocka_unit_test(hands_on_errors),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
