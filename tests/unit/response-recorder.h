/* Where the body of an HTTP response goes in the tests of net/http-response.h. */
#ifndef TESTS_UNIT_RESPONSE_RECORDER_H
#define TESTS_UNIT_RESPONSE_RECORDER_H

#include "net/http-response.h"
#include "support.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

/* Keeps what it gets, and fails where it is told to. */
struct recorder {
    struct sink sink;
    unsigned int begins, finishes;
    uint64_t promised, bytes;
    char memory[256]; /* the beginning of the body */
    struct text text;
    enum status begin_fails, write_fails, finish_fails;
};

static inline struct recorder *recorder_of(struct sink *sink)
{
    return (struct recorder *)sink;
}

static inline enum status recorder_begin(struct sink *sink, uint64_t size_bytes)
{
    recorder_of(sink)->begins++;
    recorder_of(sink)->promised = size_bytes;
    return recorder_of(sink)->begin_fails;
}

static inline enum status recorder_write(struct sink *sink, struct bytes bytes)
{
    assert_int_equal(recorder_of(sink)->begins, 1);
    assert_int_equal(recorder_of(sink)->finishes, 0);
    recorder_of(sink)->bytes += bytes.size;
    text_add_bytes(&recorder_of(sink)->text, bytes);
    return recorder_of(sink)->write_fails;
}

static inline enum status recorder_finish(struct sink *sink)
{
    recorder_of(sink)->finishes++;
    return recorder_of(sink)->finish_fails;
}

static inline void recorder_init(struct recorder *recorder)
{
    *recorder = (struct recorder){
        .sink = { recorder_begin, recorder_write, recorder_finish },
    };
    recorder->text = TEXT(recorder->memory);
}

#endif
