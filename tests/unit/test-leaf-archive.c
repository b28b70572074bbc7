#include "payload/cpio-reader.h"
#include "payload/leaf-archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct leaf_config full(void)
{
    return (struct leaf_config){ .init = BYTES("/sbin/my init"),
                                 .flags = BYTES("size=80%,mode=755"),
                                 .onfail = LEAF_ONFAIL_CONTINUE,
                                 .is_verified = true,
                                 .part_count = LEAF_PARTS_MAX };
}

static void records_go_there_and_back(void **state)
{
    struct leaf_config config = full(), found;
    char memory[500];
    struct text text = TEXT(memory);

    (void)state;
    assert_int_equal(leaf_config_encode(&config, &text), STATUS_OK);
    assert_false(text.truncated);
    assert_int_equal(leaf_config_decode(text_bytes(&text), &found), STATUS_OK);
    assert_true(bytes_equal(found.init, config.init));
    assert_int_equal(found.init.data[found.init.size], 0);
    assert_true(bytes_equal(found.flags, config.flags));
    assert_int_equal(found.flags.data[found.flags.size], 0);
    assert_int_equal(found.onfail, LEAF_ONFAIL_CONTINUE);
    assert_true(found.is_verified);
    assert_int_equal(found.part_count, LEAF_PARTS_MAX);
}

static void the_least_says_little(void **state)
{
    struct leaf_config config, found;
    char memory[500];
    struct text text = TEXT(memory);

    (void)state;
    memset(&config, 0, sizeof(config));
    assert_int_equal(leaf_config_encode(&config, &text), STATUS_OK);
    assert_true(bytes_equal(text_bytes(&text), BYTES("onfail=panic\0parts=0\0")));
    assert_int_equal(leaf_config_decode(text_bytes(&text), &found), STATUS_OK);
    assert_int_equal(found.init.size, 0);
    assert_int_equal(leaf_config_decode(BYTES(""), &found), STATUS_OK);
    assert_int_equal(found.onfail, LEAF_ONFAIL_PANIC);
}

static void bad_records_are_refused(void **state)
{
    static const struct bytes bad[] = {
        BYTES("onfail=panic"), /* no NUL */
        BYTES("\0"),           BYTES("onfail=maybe\0"), BYTES("verified=no\0"),
        BYTES("arg=1\0"),      BYTES("parts=\0"),       BYTES("parts=100\0"),
        BYTES("parts=1x\0"),   BYTES("parts=-1\0"),     BYTES("init=/a\0init=/b\0"),
    };
    struct leaf_config config;
    char memory[500];
    struct text text = TEXT(memory);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_int_equal(leaf_config_decode(bad[i], &config), STATUS_LEAF_CONFIG_BAD);
    config = full();
    config.flags = BYTES("a\0b");
    assert_int_equal(leaf_config_encode(&config, &text), STATUS_LEAF_CONFIG_BAD);
    config = full();
    config.part_count = LEAF_PARTS_MAX + 1;
    assert_int_equal(leaf_config_encode(&config, &text), STATUS_LEAF_CONFIG_BAD);
}

/* Counts members, and keeps the contents of the last one. */
struct counter {
    struct cpio_receiver receiver;
    unsigned int members, trailers;
    char names[400];
    uint8_t contents[400];
    size_t size;
};

static enum status member(struct cpio_receiver *receiver, const struct cpio_member *member,
                          struct bytes name)
{
    struct counter *counter = (struct counter *)receiver;

    (void)member;
    counter->members++;
    counter->size = 0;
    strcat(counter->names, (const char *)name.data);
    strcat(counter->names, " ");
    return STATUS_OK;
}

static enum status contents(struct cpio_receiver *receiver, struct bytes piece)
{
    struct counter *counter = (struct counter *)receiver;

    memcpy(counter->contents + counter->size, piece.data, piece.size);
    counter->size += piece.size;
    return STATUS_OK;
}

static enum status end(struct cpio_receiver *receiver)
{
    (void)receiver;
    return STATUS_OK;
}

static enum status trailer(struct cpio_receiver *receiver)
{
    ((struct counter *)receiver)->trailers++;
    return STATUS_OK;
}

static void read_back(struct bytes bytes, struct counter *counter)
{
    static struct cpio_reader reader;

    memset(counter, 0, sizeof(*counter));
    counter->receiver = (struct cpio_receiver){ member, contents, end, trailer };
    cpio_reader_begin(&reader, &counter->receiver);
    assert_int_equal(cpio_reader_feed(&reader, &bytes), STATUS_OK);
    assert_int_equal(bytes.size, 0);
    assert_false(cpio_reader_is_inside(&reader));
}

static void archive_has_the_size_foretold(void **state)
{
    struct leaf_config config = full();
    struct counter counter;

    (void)state;
    for (size_t length = 0; length < 9; length++) {
        struct bytes program = bytes_first(BYTES("program!!"), length);
        struct buffer buffer;

        config.flags = bytes_first(BYTES("flags....."), length);
        assert_int_equal(leaf_archive_size(&config, program, &buffer.size), STATUS_OK);
        assert_int_equal(buffer.size % 4, 0);
        /* Exactly allocated, so that the sanitizer sees any byte too many. */
        buffer.data = malloc(buffer.size);
        assert_int_equal(leaf_archive_write(&config, program, buffer), STATUS_OK);
        read_back((struct bytes){ buffer.data, buffer.size }, &counter);
        assert_string_equal(counter.names, ".pivotboot .pivotboot/leaf .pivotboot/config ");
        assert_int_equal(counter.trailers, 1);
        assert_int_equal(leaf_config_decode((struct bytes){ counter.contents, counter.size },
                                            &(struct leaf_config){ .init = { NULL, 0 } }),
                         STATUS_OK);
        buffer.size--;
        assert_int_equal(leaf_archive_write(&config, program, buffer), STATUS_ARCHIVE_TOO_LARGE);
        free(buffer.data);
    }
}

static void parts_are_archives(void **state)
{
    struct counter counter;

    (void)state;
    for (size_t length = 0; length < 9; length++) {
        uint8_t all[LEAF_PART_HEAD_BYTES + 9 + LEAF_PART_TAIL_MAX];
        size_t tail = leaf_part_tail_bytes(length);

        assert_int_equal(leaf_part_head(42, length, all), STATUS_OK);
        memcpy(all + LEAF_PART_HEAD_BYTES, "contents!", length);
        leaf_part_tail(length, all + LEAF_PART_HEAD_BYTES + length);
        assert_int_equal((LEAF_PART_HEAD_BYTES + length + tail) % 4, 0);
        read_back((struct bytes){ all, LEAF_PART_HEAD_BYTES + length + tail }, &counter);
        assert_string_equal(counter.names, ".pivotboot/part-42 ");
        assert_int_equal(counter.trailers, 1);
        assert_int_equal(counter.size, length);
        assert_memory_equal(counter.contents, "contents!", length);
    }
}

static void parts_have_limits(void **state)
{
    uint8_t head[LEAF_PART_HEAD_BYTES];

    (void)state;
    assert_int_equal(leaf_part_head(0, UINT32_MAX, head), STATUS_OK);
    assert_int_equal(leaf_part_head(0, UINT64_C(1) << 32, head), STATUS_ARCHIVE_TOO_LARGE);
    assert_int_equal(leaf_part_head(LEAF_PARTS_MAX, 1, head), STATUS_LEAF_CONFIG_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_go_there_and_back),
        cmocka_unit_test(the_least_says_little),
        cmocka_unit_test(bad_records_are_refused),
        cmocka_unit_test(archive_has_the_size_foretold),
        cmocka_unit_test(parts_are_archives),
        cmocka_unit_test(parts_have_limits),
    };

    return cmocka_run_group_tests_name("leaf-archive", tests, NULL, NULL);
}
