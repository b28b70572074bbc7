#include "payload/cpio-reader.h"
#include "payload/text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FILE_MODE (CPIO_TYPE_FILE | 0644u)

/* Writes down what it is told: "[name:size]contents." for each member, "!" for a trailer. */
struct recorder {
    struct cpio_receiver receiver;
    struct text text;
    char memory[4096];
    enum status answer;
};

static enum status member(struct cpio_receiver *receiver, const struct cpio_member *member,
                          struct bytes name)
{
    struct recorder *recorder = (struct recorder *)receiver;

    assert_int_equal(name.data[name.size], 0);
    text_add(&recorder->text, "[");
    text_add_bytes(&recorder->text, name);
    text_add(&recorder->text, ":");
    text_add_u64(&recorder->text, member->size_bytes);
    text_add(&recorder->text, "]");
    return recorder->answer;
}

static enum status contents(struct cpio_receiver *receiver, struct bytes piece)
{
    assert_true(piece.size > 0);
    text_add_bytes(&((struct recorder *)receiver)->text, piece);
    return STATUS_OK;
}

static enum status end(struct cpio_receiver *receiver)
{
    text_add(&((struct recorder *)receiver)->text, ".");
    return STATUS_OK;
}

static enum status trailer(struct cpio_receiver *receiver)
{
    text_add(&((struct recorder *)receiver)->text, "!");
    return STATUS_OK;
}

/* An archive under construction. */
struct builder {
    uint8_t memory[32768];
    size_t size;
};

static void add_bytes(struct builder *builder, const void *data, size_t size)
{
    memcpy(builder->memory + builder->size, data, size);
    builder->size += size;
}

static void add(struct builder *builder, struct cpio_member head, struct bytes name,
                struct bytes data)
{
    struct buffer buffer = { builder->memory + builder->size,
                             sizeof(builder->memory) - builder->size };
    size_t written;

    head.size_bytes = (uint32_t)data.size;
    assert_int_equal(cpio_encode(&head, name, buffer, &written), STATUS_OK);
    builder->size += written;
    add_bytes(builder, data.data, data.size);
    add_bytes(builder, "\0\0\0", (size_t)(-data.size & 3u));
}

static void add_file(struct builder *builder, struct bytes name, struct bytes data)
{
    add(builder, (struct cpio_member){ .mode = FILE_MODE }, name, data);
}

static void add_trailer(struct builder *builder)
{
    add(builder, (struct cpio_member){ .mode = 0 }, CPIO_TRAILER, BYTES(""));
}

static struct cpio_reader reader;
static struct recorder recorder;

/* Feeds it in pieces of at most step bytes; left: what the reader did not take. */
static enum status feed(const struct builder *builder, size_t step, size_t *ret_left)
{
    struct bytes all = { builder->memory, builder->size };

    memset(&recorder, 0, sizeof(recorder));
    recorder.receiver = (struct cpio_receiver){ member, contents, end, trailer };
    recorder.text = TEXT(recorder.memory);
    cpio_reader_begin(&reader, &recorder.receiver);
    while (all.size > 0) {
        struct bytes piece = bytes_first(all, step);
        size_t size = piece.size;
        enum status st = cpio_reader_feed(&reader, &piece);

        if (st)
            return st;
        all = bytes_from(all, size - piece.size);
        if (piece.size > 0)
            break;
    }
    *ret_left = all.size;
    return STATUS_OK;
}

static void expect(const struct builder *builder, const char *text)
{
    static const size_t steps[] = { 1, 2, 3, 4, 5, 7, 110, 113, 4096, 32768 };
    size_t left;

    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        assert_int_equal(feed(builder, steps[i], &left), STATUS_OK);
        assert_int_equal(left, 0);
        assert_false(cpio_reader_is_inside(&reader));
        assert_int_equal(recorder.text.size, strlen(text));
        assert_memory_equal(recorder.memory, text, strlen(text));
    }
}

static void reads_in_pieces_of_any_size(void **state)
{
    static struct builder builder;

    (void)state;
    add_file(&builder, BYTES("a"), BYTES("x"));
    add_file(&builder, BYTES("bc"), BYTES(""));
    add_file(&builder, BYTES("def/g"), BYTES("12345"));
    add_file(&builder, BYTES("h"), BYTES("1234"));
    add_trailer(&builder);
    expect(&builder, "[a:1]x.[bc:0].[def/g:5]12345.[h:4]1234.!");
}

static void reads_archives_in_a_row(void **state)
{
    static struct builder builder;

    (void)state;
    add_bytes(&builder, "\0\0\0\0\0\0\0\0", 8);
    add_file(&builder, BYTES("a"), BYTES("x"));
    add_trailer(&builder);
    add_bytes(&builder, (const uint8_t[500]){ 0 }, 500);
    add_file(&builder, BYTES("b"), BYTES("y"));
    add_trailer(&builder);
    add_file(&builder, BYTES("no trailer"), BYTES("z"));
    expect(&builder, "[a:1]x.![b:1]y.![no trailer:1]z.");
}

static void skips_names_that_linux_skips(void **state)
{
    static struct builder builder;
    static uint8_t name[CPIO_NAME_MAX_BYTES];

    (void)state;
    memset(name, 'n', sizeof(name));
    /* A name of no bytes at all. */
    add(&builder, (struct cpio_member){ .mode = FILE_MODE }, BYTES("a"), BYTES("skipped"));
    memcpy(builder.memory + 94, "00000000", 8);
    builder.size = 112;
    add_bytes(&builder, "skipped", 8);
    /* One byte more than PATH_MAX. */
    add(&builder, (struct cpio_member){ .mode = FILE_MODE },
        (struct bytes){ name, sizeof(name) - 1 }, BYTES(""));
    memcpy(builder.memory + 120 + 94, "00001001", 8);
    builder.size = 120 + (size_t)cpio_head_bytes(4097);
    memset(builder.memory + builder.size - 8, 0, 8);
    add_file(&builder, BYTES("b"), BYTES("taken"));
    expect(&builder, "[b:5]taken.");
}

static void leaves_what_is_no_archive(void **state)
{
    static struct builder builder;
    size_t left;

    (void)state;
    add_file(&builder, BYTES("a"), BYTES("x"));
    add_trailer(&builder);
    add_bytes(&builder, "\0\0\x28\xB5\x2F\xFD", 6);
    assert_int_equal(feed(&builder, 4096, &left), STATUS_OK);
    assert_int_equal(left, 4);
    assert_int_equal(feed(&builder, 1, &left), STATUS_OK);
    assert_int_equal(left, 4);
}

static void knows_what_is_cut(void **state)
{
    static struct builder builder;
    size_t left, size;

    (void)state;
    add_file(&builder, BYTES("name"), BYTES("12345"));
    size = builder.size;
    for (builder.size = 1; builder.size < size; builder.size++) {
        assert_int_equal(feed(&builder, 4096, &left), STATUS_OK);
        assert_true(cpio_reader_is_inside(&reader));
    }
}

static void refuses_malformed_archives(void **state)
{
    static struct builder builder;
    size_t left;

    (void)state;
    add_bytes(&builder, "\0\0", 2); /* not at a multiple of four */
    add_file(&builder, BYTES("a"), BYTES("x"));
    assert_int_equal(feed(&builder, 7, &left), STATUS_ARCHIVE_MALFORMED);
    builder.size = 0;
    add_file(&builder, BYTES("name"), BYTES("x"));
    builder.memory[114] = 'N'; /* in place of the name's NUL */
    assert_int_equal(feed(&builder, 7, &left), STATUS_ARCHIVE_MALFORMED);
    builder.size = 0;
    add_file(&builder, BYTES("a"), BYTES("x"));
    builder.memory[20] = 'x';
    assert_int_equal(feed(&builder, 7, &left), STATUS_ARCHIVE_MALFORMED);
}

static void checks_sums(void **state)
{
    static struct builder builder;
    struct cpio_member head = { .mode = FILE_MODE, .has_sum = true, .sum = 'a' + 'b' + 0xFF };
    size_t left;

    (void)state;
    add(&builder, head, BYTES("s"), BYTES("ab\xFF"));
    expect(&builder, "[s:3]ab\xFF.");
    builder.size = 0;
    head.sum++;
    add(&builder, head, BYTES("s"), BYTES("ab\xFF"));
    assert_int_equal(feed(&builder, 1, &left), STATUS_ARCHIVE_SUM);
}

static void stops_when_told(void **state)
{
    static struct builder builder;
    struct bytes all;

    (void)state;
    add_file(&builder, BYTES("a"), BYTES("x"));
    all = (struct bytes){ builder.memory, builder.size };
    memset(&recorder, 0, sizeof(recorder));
    recorder.receiver = (struct cpio_receiver){ member, contents, end, trailer };
    recorder.text = TEXT(recorder.memory);
    recorder.answer = STATUS_LEAF_ROOT;
    cpio_reader_begin(&reader, &recorder.receiver);
    assert_int_equal(cpio_reader_feed(&reader, &all), STATUS_LEAF_ROOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_pieces_of_any_size),
        cmocka_unit_test(reads_archives_in_a_row),
        cmocka_unit_test(skips_names_that_linux_skips),
        cmocka_unit_test(leaves_what_is_no_archive),
        cmocka_unit_test(knows_what_is_cut),
        cmocka_unit_test(refuses_malformed_archives),
        cmocka_unit_test(checks_sums),
        cmocka_unit_test(stops_when_told),
    };

    return cmocka_run_group_tests_name("cpio-reader", tests, NULL, NULL);
}
