#define XXH_NAMESPACE ZSTD_
#include <common/xxhash.h>

#include "payload/unzstd.h"
#include "support.h"

#define MIB (UINT64_C(1) << 20)

/* A compressed file under construction, frame by frame: RFC 8878. */
struct file {
    uint8_t memory[4096];
    size_t size;
};

static void add(struct file *file, uint64_t value, size_t size)
{
    assert_true(size <= sizeof(file->memory) - file->size);
    for (size_t i = 0; i < size; i++)
        file->memory[file->size++] = (uint8_t)(value >> 8 * i);
}

static void add_bytes(struct file *file, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        add(file, bytes.data[i], 1);
}

/* A frame's header: with the content's size in 8 bytes, or with a window of 2^log bytes. */
#define NO_SIZE UINT64_MAX
static void add_header(struct file *file, uint64_t content_bytes, unsigned int window_log,
                       bool checksum)
{
    unsigned int flags = checksum ? 1u << 2 : 0;

    add(file, 0xFD2FB528, 4);
    add(file, content_bytes == NO_SIZE ? flags : flags | 3u << 6, 1);
    add(file, (window_log - 10) << 3, 1);
    if (content_bytes != NO_SIZE)
        add(file, content_bytes, 8);
}

static void add_raw(struct file *file, struct bytes contents, bool last)
{
    add(file, contents.size << 3 | 0 << 1 | last, 3);
    add_bytes(file, contents);
}

/* One byte many times. */
static void add_run(struct file *file, uint32_t count, uint8_t byte, bool last)
{
    add(file, count << 3 | 1u << 1 | last, 3);
    add(file, byte, 1);
}

static void add_checksum(struct file *file, struct bytes contents)
{
    add(file, ZSTD_XXH64(contents.data, contents.size, 0), 4);
}

static void add_frame(struct file *file, struct bytes contents)
{
    add_header(file, contents.size, 17, true);
    add_raw(file, contents, true);
    add_checksum(file, contents);
}

static void add_skippable(struct file *file, struct bytes contents)
{
    add(file, 0x184D2A53, 4);
    add(file, contents.size, 4);
    add_bytes(file, contents);
}

/* ---- memory that is counted --------------------------------------------------------------- */

static size_t allocated_bytes, allocations, allocations_most = SIZE_MAX;

static void *allocate(void *context, size_t size_bytes)
{
    (void)context;
    if (allocations >= allocations_most)
        return NULL;
    allocations++;
    allocated_bytes += size_bytes;
    return malloc(size_bytes);
}

static void release(void *context, void *memory)
{
    (void)context;
    if (memory)
        allocations--;
    free(memory);
}

static const struct allocator allocator = { allocate, release, NULL };

/* ---- running ------------------------------------------------------------------------------ */

static enum status run_in_pieces(const struct unzstd_request *request, struct bytes file,
                                 size_t piece_bytes, uint64_t *ret_size_bytes)
{
    struct unzstd unzstd;
    enum status st = unzstd_init(&unzstd, request);

    if (st)
        return st;
    st = unzstd.sink.begin(&unzstd.sink, file.size);
    for (size_t at = 0; !st && at < file.size; at += piece_bytes) {
        struct buffer copy = exact_copy(bytes_first(bytes_from(file, at), piece_bytes));

        st = unzstd.sink.write(&unzstd.sink, buffer_bytes(copy));
        free(copy.data);
    }
    if (!st)
        st = unzstd.sink.finish(&unzstd.sink);
    *ret_size_bytes = unzstd.size_bytes;
    unzstd_release(&unzstd);
    assert_int_equal(allocations, 0);
    return st;
}

/* Into memory of exactly the expected size, and counted; cut into pieces of several sizes. */
static void assert_unpacks(const struct file *file, uint64_t verbatim_bytes, struct bytes expected)
{
    static const size_t pieces[] = { 1, 2, 3, 5, 7, 64, 4096 };
    struct bytes bytes = { file->memory, file->size };

    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        struct buffer output = { malloc(expected.size), expected.size };
        struct detail detail;
        struct unzstd_request request = {
            .allocator = &allocator,
            .verbatim_bytes = verbatim_bytes,
            .output = output,
            .detail = detail_clear(&detail),
        };
        uint64_t size_bytes;

        assert_status(run_in_pieces(&request, bytes, pieces[i], &size_bytes), STATUS_OK);
        assert_int_equal(size_bytes, expected.size);
        assert_memory_equal(output.data, expected.data, expected.size);
        request.output = (struct buffer){ NULL, 0 };
        request.limit_bytes = expected.size;
        assert_status(run_in_pieces(&request, bytes, pieces[i], &size_bytes), STATUS_OK);
        assert_int_equal(size_bytes, expected.size);
        assert_detail(&detail, "");
        free(output.data);
    }
}

/* The status with an output of output_bytes, and when only counted, up to limit_bytes. */
static void assert_fails(const struct file *file, size_t output_bytes, enum status unpacked,
                         uint64_t limit_bytes, enum status counted, const char *part)
{
    static const size_t pieces[] = { 1, 4096 };
    struct bytes bytes = { file->memory, file->size };

    for (size_t i = 0; i < 2 * ARRAY_LENGTH(pieces); i++) {
        struct detail detail;
        struct unzstd_request request = {
            .allocator = &allocator,
            .output = { malloc(output_bytes), output_bytes },
            .limit_bytes = limit_bytes,
            .patient = i % 2 == 0,
            .detail = detail_clear(&detail),
        };
        uint8_t *memory = request.output.data;
        uint64_t size_bytes;

        assert_status(run_in_pieces(&request, bytes, pieces[i / 2], &size_bytes), unpacked);
        if (unpacked)
            assert_detail_has(&detail, part);
        request.output.data = NULL;
        detail_clear(&detail);
        assert_status(run_in_pieces(&request, bytes, pieces[i / 2], &size_bytes), counted);
        free(memory);
    }
}

/* ---- the tests ---------------------------------------------------------------------------- */

static void unpacks_frames_in_a_row(void **state)
{
    struct file file = { .size = 0 };

    (void)state;
    add_frame(&file, BYTES("one "));
    add_skippable(&file, BYTES("not shown"));
    add_frame(&file, BYTES(""));
    add_header(&file, NO_SIZE, 17, false); /* neither size nor checksum */
    add_raw(&file, BYTES("two"), false);
    add_run(&file, 3, '!', true);
    add_skippable(&file, BYTES(""));
    add_frame(&file, BYTES(" three"));
    assert_unpacks(&file, 0, BYTES("one two!!! three"));
}

static void passes_zeros_and_other_formats_through(void **state)
{
    struct file file = { .size = 0 };

    (void)state;
    assert_unpacks(&file, 0, BYTES(""));
    add_bytes(&file, BYTES("\0\0070701 is no frame: \x28\xb5\x2f\xfd"));
    assert_unpacks(&file, 0, BYTES("\0\0070701 is no frame: \x28\xb5\x2f\xfd"));

    file.size = 0;
    add_frame(&file, BYTES("a"));
    add_bytes(&file, BYTES("\0\0\0"));
    add_frame(&file, BYTES("b"));
    add_bytes(&file, BYTES("\x28\xb5"));
    assert_unpacks(&file, 0, BYTES("a\0\0\0b\x28\xb5"));

    file.size = 0;
    add_bytes(&file, BYTES("\x28\xb5\x2f\xfd early "));
    add_frame(&file, BYTES("late"));
    add_bytes(&file, BYTES("\x1f\x8b\x08 gzip"));
    assert_unpacks(&file, 11, BYTES("\x28\xb5\x2f\xfd early late\x1f\x8b\x08 gzip"));
}

/* As `zstd -19` writes it: literals, sequences, repeats. */
static void unpacks_compressed_blocks(void **state)
{
    /* printf 'boot boot boot root root root, boot the root of the roots\n' | zstd -19 */
    static const uint8_t compressed[] = {
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0x1d, 0x01, 0x00, 0xa2, 0xc1, 0x05,
        0x0b, 0xd0, 0xe7, 0xea, 0xed, 0x8c, 0x07, 0xce, 0x21, 0x22, 0xa1, 0x03,
        0x70, 0x34, 0xfb, 0xc6, 0xa9, 0xb2, 0x2f, 0x0c, 0x63, 0x5f, 0x02, 0x03,
        0x00, 0x5e, 0x8a, 0x00, 0x8e, 0xc0, 0x56, 0xb4, 0xba, 0x6d, 0xd2, 0x68,
    };
    struct file file = { .size = 0 };

    (void)state;
    add_bytes(&file, (struct bytes){ compressed, sizeof(compressed) });
    assert_unpacks(&file, 0, BYTES("boot boot boot root root root, boot the root of the roots\n"));
}

static void notices_damage(void **state)
{
    struct file whole = { .size = 0 }, file;

    (void)state;
    add_frame(&whole, BYTES("abcdefgh"));
    file = whole;
    file.memory[20] ^= 1; /* the contents: only the checksum shows it */
    assert_fails(&file, 8, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
    file = whole;
    file.memory[file.size - 1] ^= 1; /* the checksum itself */
    assert_fails(&file, 8, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
    file = whole;
    file.memory[14] |= 3 << 1; /* a type of block that there is not */
    assert_fails(&file, 8, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
    file = whole;
    file.memory[4] |= 1 << 3; /* a reserved bit */
    assert_fails(&file, 8, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
    /* Without its first bytes it is no frame; everything else needs the end. */
    for (file = whole; file.size > 4; file.size--)
        if (file.size < whole.size)
            assert_fails(&file, 8, STATUS_UNPACK_TRUNCATED, MIB, STATUS_UNPACK_TRUNCATED, "after ");
}

static void believes_no_size(void **state)
{
    struct file file = { .size = 0 };

    (void)state;
    add_frame(&file, BYTES("12345"));
    assert_fails(&file, 4, STATUS_UNPACK_SIZE, 4, STATUS_UNPACK_LARGE,
                 "expected 4 bytes, found more");
    assert_fails(&file, 6, STATUS_UNPACK_SIZE, 5, STATUS_OK, "expected 6 bytes, found less");
    /* The header says less, or more, than there is. */
    file.size = 0;
    add_header(&file, 4, 17, false);
    add_raw(&file, BYTES("12345"), true);
    assert_fails(&file, 100, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
    file.size = 0;
    add_header(&file, 5, 17, false);
    add_raw(&file, BYTES("1234"), true);
    assert_fails(&file, 5, STATUS_UNPACK_CORRUPT, MIB, STATUS_UNPACK_CORRUPT, "after ");
}

/* 128 KiB from four bytes, as often as they fit: 32768:1. */
static void stops_bombs(void **state)
{
    struct file file = { .size = 0 };

    (void)state;
    add_header(&file, NO_SIZE, 27, false);
    while (file.size + 8 < sizeof(file.memory))
        add_run(&file, 128 * 1024, 0, false);
    add_run(&file, 128 * 1024, 0, true);
    assert_fails(&file, MIB, STATUS_UNPACK_SIZE, MIB, STATUS_UNPACK_LARGE, "found more");
    /* A bomb that says so is not even begun. */
    file.size = 0;
    add_header(&file, UINT64_C(1) << 50, 27, false);
    add_run(&file, 128 * 1024, 0, false);
    assert_fails(&file, MIB, STATUS_UNPACK_SIZE, MIB, STATUS_UNPACK_TRUNCATED, "which unpack to 0");
}

static void bounds_windows(void **state)
{
    struct file file = { .size = 0 };

    (void)state;
    /* With the result as its window, a large one costs nothing. */
    allocated_bytes = 0;
    add_header(&file, NO_SIZE, 31, false);
    add_raw(&file, BYTES("long"), true);
    assert_fails(&file, 4, STATUS_OK, MIB, STATUS_UNPACK_WINDOW, "");
    assert_in_range(allocated_bytes, 1, 8 * MIB); /* of eight runs */
    file.size = 0;
    add_header(&file, NO_SIZE, 32, false);
    add_raw(&file, BYTES("long"), true);
    assert_fails(&file, 4, STATUS_UNPACK_WINDOW, MIB, STATUS_UNPACK_WINDOW, "after ");
    file.size = 0;
    add_header(&file, NO_SIZE, 27, false);
    add_raw(&file, BYTES("long"), true);
    assert_fails(&file, 4, STATUS_OK, MIB, STATUS_OK, "");
}

static void survives_without_memory(void **state)
{
    struct file file = { .size = 0 };
    struct detail detail;
    uint8_t memory[4];
    struct unzstd_request request = {
        .allocator = &allocator,
        .output = { memory, sizeof(memory) },
        .limit_bytes = MIB,
        .detail = detail_clear(&detail),
    };
    uint64_t size_bytes;

    (void)state;
    add_header(&file, NO_SIZE, 20, false);
    add_raw(&file, BYTES("long"), true);
    for (unsigned int counted = 0; counted < 2; counted++) {
        if (counted)
            request.output.data = NULL;
        for (allocations_most = 0; allocations_most < 2 + counted; allocations_most++)
            assert_status(
                unzstd_all(&request, (struct bytes){ file.memory, file.size }, &size_bytes),
                STATUS_OUT_OF_MEMORY);
        assert_int_equal(allocations, 0);
        allocations_most = SIZE_MAX;
        assert_status(unzstd_all(&request, (struct bytes){ file.memory, file.size }, &size_bytes),
                      STATUS_OK);
        assert_int_equal(allocations, 0);
    }
}

/* Another mirror: all that came before is forgotten. */
static void begins_again(void **state)
{
    struct file file = { .size = 0 };
    struct detail detail;
    uint8_t memory[5];
    struct unzstd_request request = {
        .allocator = &allocator,
        .output = { memory, sizeof(memory) },
        .detail = detail_clear(&detail),
    };
    struct unzstd unzstd;

    (void)state;
    add_frame(&file, BYTES("12345"));
    assert_status(unzstd_init(&unzstd, &request), STATUS_OK);
    for (size_t cut = 0; cut <= file.size; cut++) {
        struct bytes all = { file.memory, file.size };

        assert_status(unzstd.sink.begin(&unzstd.sink, SINK_SIZE_UNKNOWN), STATUS_OK);
        assert_status(unzstd.sink.write(&unzstd.sink, bytes_first(all, cut)), STATUS_OK);
    }
    assert_status(unzstd.sink.finish(&unzstd.sink), STATUS_OK);
    assert_bytes((struct bytes){ memory, sizeof(memory) }, "12345");
    unzstd_release(&unzstd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_frames_in_a_row),
        cmocka_unit_test(passes_zeros_and_other_formats_through),
        cmocka_unit_test(unpacks_compressed_blocks),
        cmocka_unit_test(notices_damage),
        cmocka_unit_test(believes_no_size),
        cmocka_unit_test(stops_bombs),
        cmocka_unit_test(bounds_windows),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(begins_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
