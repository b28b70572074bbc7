#include "payload/buffer-sink.h"
#include "payload/initrd-layout.h"
#include "support.h"

/* What the kernel gets, as a string: zeros become dots. */
static void assert_image(const struct initrd_layout *layout, struct buffer image,
                         const char *expected)
{
    assert_int_equal(layout->size_bytes, image.size);
    for (size_t i = 0; i < image.size; i++)
        image.data[i] = image.data[i] ? image.data[i] : '.';
    assert_bytes(buffer_bytes(image), expected);
}

/* Memory of exactly the layout's size, full of junk. */
static struct buffer image_for(const struct initrd_layout *layout)
{
    struct buffer image = { malloc((size_t)layout->size_bytes), (size_t)layout->size_bytes };

    assert_non_null(image.data);
    memset(image.data, '?', image.size);
    return image;
}

static void download(const struct initrd_layout *layout, size_t file, struct bytes contents,
                     struct buffer image)
{
    uint64_t start = initrd_layout_file_offset(layout, file);

    assert_in_range(start, 0, image.size - contents.size);
    memcpy(image.data + start, contents.data, contents.size);
    initrd_layout_settle(layout, file, image);
}

static void lays_out_what_is_in_memory(void **state)
{
    struct initrd_layout layout = { .count = 0 };
    struct buffer image;

    (void)state;
    assert_status(initrd_layout_add(&layout, BYTES("a"), true), STATUS_OK);
    assert_status(initrd_layout_add(&layout, BYTES(""), true), STATUS_OK);
    assert_status(initrd_layout_add(&layout, BYTES("bcde"), true), STATUS_OK);
    assert_status(initrd_layout_add(&layout, BYTES("fg"), false), STATUS_OK);
    assert_status(initrd_layout_add(&layout, BYTES("hij"), true), STATUS_OK);
    image = image_for(&layout);
    initrd_layout_write(&layout, image);
    assert_image(&layout, image, "a...bcdefghij");
    free(image.data);
}

/* Two files, the first in two parts with a head between them; whatever their sizes. */
static void moves_a_file_that_lies_in_two_parts(void **state)
{
    const struct bytes first = BYTES("ABCDEFGHIJ"), second = BYTES("klm");

    (void)state;
    for (size_t early = 0; early <= first.size; early++) {
        struct initrd_layout layout = { .count = 0 };
        struct buffer image;
        char expected[64];

        assert_status(initrd_layout_add(&layout, BYTES("leaf!"), true), STATUS_OK);
        assert_status(initrd_layout_add_file(&layout, 0, 0, early, true), STATUS_OK);
        assert_status(initrd_layout_add(&layout, BYTES("<head>"), false), STATUS_OK);
        assert_status(initrd_layout_add_file(&layout, 0, early, first.size - early, false),
                      STATUS_OK);
        assert_status(initrd_layout_add(&layout, BYTES("/"), true), STATUS_OK);
        assert_status(initrd_layout_add_file(&layout, 1, 0, second.size, true), STATUS_OK);
        image = image_for(&layout);
        download(&layout, 0, first, image);
        download(&layout, 1, second, image);
        initrd_layout_write(&layout, image);

        snprintf(expected, sizeof(expected), "leaf!...%.*s%.*s<head>%s/", (int)early,
                 (const char *)first.data, (int)(-early % 4 & 3), "...",
                 (const char *)first.data + early);
        strcat(expected, &"..."[3 - (-strlen(expected) & 3)]);
        strcat(expected, "klm");
        assert_image(&layout, image, expected);
        free(image.data);
    }
}

static void counts_with_64_bits(void **state)
{
    struct initrd_layout layout = { .count = 0 };

    (void)state;
    assert_status(initrd_layout_add_file(&layout, 0, 0, 5000000001, true), STATUS_OK);
    assert_status(initrd_layout_add_file(&layout, 1, 0, 6000000000, true), STATUS_OK);
    assert_true(layout.size_bytes == 11000000004);
    assert_true(initrd_layout_file_offset(&layout, 1) == 5000000004);
    assert_status(initrd_layout_add_file(&layout, 2, 0, UINT64_MAX, true), STATUS_BLOB_TOO_LARGE);
    assert_status(initrd_layout_add_file(&layout, 2, 0, UINT64_MAX - 11000000004, true),
                  STATUS_BLOB_TOO_LARGE);
    assert_true(layout.size_bytes == 11000000004);
}

static void takes_so_many_parts(void **state)
{
    struct initrd_layout layout = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < INITRD_PARTS_MOST; i++)
        assert_status(initrd_layout_add(&layout, BYTES("a"), true), STATUS_OK);
    assert_status(initrd_layout_add(&layout, BYTES("a"), true), STATUS_BLOB_TOO_LARGE);
}

static void a_buffer_takes_what_fits(void **state)
{
    uint8_t memory[6] = "......";
    struct buffer_sink sink;

    (void)state;
    buffer_sink_init(&sink, (struct buffer){ memory, 5 });
    assert_status(sink.sink.begin(&sink.sink, 6), STATUS_BLOB_TOO_LARGE);
    assert_status(sink.sink.begin(&sink.sink, SINK_SIZE_UNKNOWN), STATUS_OK);
    assert_status(sink.sink.write(&sink.sink, BYTES("abc")), STATUS_OK);
    assert_status(sink.sink.write(&sink.sink, BYTES("def")), STATUS_BLOB_TOO_LARGE);
    assert_status(sink.sink.begin(&sink.sink, 5), STATUS_OK);
    assert_status(sink.sink.write(&sink.sink, BYTES("vwx")), STATUS_OK);
    assert_status(sink.sink.write(&sink.sink, BYTES("")), STATUS_OK);
    assert_status(sink.sink.write(&sink.sink, BYTES("yz")), STATUS_OK);
    assert_status(sink.sink.finish(&sink.sink), STATUS_OK);
    assert_int_equal(sink.used_bytes, 5);
    assert_bytes((struct bytes){ memory, sizeof(memory) }, "vwxyz.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_out_what_is_in_memory),
        cmocka_unit_test(moves_a_file_that_lies_in_two_parts),
        cmocka_unit_test(counts_with_64_bits),
        cmocka_unit_test(takes_so_many_parts),
        cmocka_unit_test(a_buffer_takes_what_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
