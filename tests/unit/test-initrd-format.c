#include "payload/initrd-format.h"

#include "payload/cpio.h"
#include "support.h"

/* An initrd under construction. */
struct image {
    uint8_t memory[300 * 1024];
    size_t size;
};

static struct image *image_new(void)
{
    static struct image image;

    memset(&image, 0, sizeof(image));
    return &image;
}

static void add_bytes(struct image *image, struct bytes bytes)
{
    assert_true(bytes.size <= sizeof(image->memory) - image->size);
    memcpy(image->memory + image->size, bytes.data, bytes.size);
    image->size += bytes.size;
}

static void add_zeros(struct image *image, size_t count)
{
    assert_true(count <= sizeof(image->memory) - image->size);
    image->size += count;
}

static void add_member(struct image *image, struct bytes name, uint32_t size_bytes)
{
    struct cpio_member member = { .mode = CPIO_TYPE_FILE | 0644, .size_bytes = size_bytes };
    size_t written;

    assert_status(cpio_encode(&member, name,
                              (struct buffer){ image->memory + image->size,
                                               sizeof(image->memory) - image->size },
                              &written),
                  STATUS_OK);
    image->size += written;
    /* Contents that look like something else must not matter. */
    if (size_bytes >= 4)
        memcpy(image->memory + image->size, "\x28\xb5\x2f\xfd", 4);
    add_zeros(image, (size_t)cpio_padded(size_bytes));
}

static void add_trailer(struct image *image)
{
    add_member(image, CPIO_TRAILER, 0);
}

static void add_zstd(struct image *image)
{
    add_bytes(image, BYTES("\x28\xb5\x2f\xfd and so on"));
}

/* Walks with windows of some size; returns how many were needed. */
static unsigned int walk_image(const struct image *image, size_t window_bytes,
                               struct initrd_walk *ret_walk)
{
    struct bytes all = { image->memory, image->size };

    initrd_walk_init(ret_walk);
    for (;;) {
        struct bytes rest = bytes_from(all, ret_walk->offset);
        struct buffer window = exact_copy(bytes_first(rest, window_bytes));
        bool over = initrd_walk_window(ret_walk, buffer_bytes(window), rest.size <= window_bytes);

        free(window.data);
        if (over)
            return ret_walk->windows;
    }
}

static void assert_walk(const struct image *image, enum initrd_format format, size_t early_bytes)
{
    static const size_t windows[] = { INITRD_WINDOW_BYTES, sizeof(image->memory), 8192 };
    struct initrd_walk walk;

    for (size_t i = 0; i < ARRAY_LENGTH(windows); i++) {
        walk_image(image, windows[i], &walk);
        assert_int_equal(walk.format, format);
        if (format != INITRD_FORMAT_UNKNOWN)
            assert_int_equal(walk.early_bytes, early_bytes);
    }
}

static void finds_zstd_at_once(void **state)
{
    struct image *image = image_new();

    (void)state;
    add_zstd(image);
    assert_walk(image, INITRD_FORMAT_ZSTD, 0);
}

static void finds_skippable_frames(void **state)
{
    struct image *image = image_new();

    (void)state;
    add_bytes(image, BYTES("\x5e\x2a\x4d\x18\x04\0\0\0abcd"));
    assert_walk(image, INITRD_FORMAT_ZSTD, 0);
}

static void finds_zstd_behind_early_archives(void **state)
{
    struct image *image = image_new();

    (void)state;
    add_member(image, BYTES("kernel/x86/microcode/GenuineIntel.bin"), 200 * 1024 + 1);
    add_trailer(image);
    add_zeros(image, 512);
    add_member(image, BYTES("kernel/firmware/acpi/dsdt.aml"), 3);
    add_trailer(image);
    add_zeros(image, 1024);
    add_zstd(image);
    assert_walk(image, INITRD_FORMAT_ZSTD, image->size - 14);
}

static void skips_contents_with_few_windows(void **state)
{
    struct image *image = image_new();
    struct initrd_walk walk;

    (void)state;
    add_member(image, BYTES("kernel/x86/microcode/AuthenticAMD.bin"), 250 * 1024);
    add_trailer(image);
    add_zstd(image);
    assert_int_equal(walk_image(image, INITRD_WINDOW_BYTES, &walk), 2);
    assert_int_equal(walk.format, INITRD_FORMAT_ZSTD);
}

static void takes_archives_to_the_end(void **state)
{
    struct image *image = image_new();

    (void)state;
    add_member(image, BYTES("init"), 17);
    add_trailer(image);
    assert_walk(image, INITRD_FORMAT_CPIO, image->size);
    add_zeros(image, 100);
    assert_walk(image, INITRD_FORMAT_CPIO, image->size);
}

static void does_not_know_everything_else(void **state)
{
    static const struct bytes others[] = {
        BYTES(""),
        BYTES("\0\0\0\0"),
        BYTES("\x1f\x8b\x08\0gzip"),
        BYTES("\xfd"
              "7zXZ\0"),
        BYTES("\x02!L\x18"
              "lz4"),
        BYTES("BZh9bzip2"),
        BYTES("\x28\xb5\x2f"),
        BYTES("070707 of old"),
        BYTES("0"),
        BYTES("<html>"),
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        struct image *image = image_new();

        add_bytes(image, others[i]);
        /* Only zeros are nothing at all, but not an initrd either. */
        if (others[i].size != 4)
            assert_walk(image, INITRD_FORMAT_UNKNOWN, 0);
    }
}

static void does_not_know_what_is_cut(void **state)
{
    struct image *image = image_new();
    size_t whole;

    (void)state;
    add_member(image, BYTES("early"), 100);
    add_trailer(image);
    whole = image->size;
    for (image->size = 1; image->size < whole; image->size++) {
        struct initrd_walk walk;

        walk_image(image, INITRD_WINDOW_BYTES, &walk);
        assert_int_equal(walk.format, INITRD_FORMAT_UNKNOWN);
    }
}

static void does_not_know_zstd_within_an_archive(void **state)
{
    struct image *image = image_new();

    (void)state;
    add_member(image, BYTES("no trailer behind this"), 8);
    add_zstd(image);
    assert_walk(image, INITRD_FORMAT_UNKNOWN, 0);
}

static void refuses_hostile_names(void **state)
{
    static const char *const sizes[] = { "00000000", "ffffffff", "00001001", "0000000g" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        struct image *image = image_new();

        add_member(image, BYTES("x"), 0);
        memcpy(image->memory + 94, sizes[i], 8); /* c_namesize */
        add_trailer(image);
        add_zstd(image);
        assert_walk(image, INITRD_FORMAT_UNKNOWN, 0);
    }
}

/* Members of 4 GiB each, as far as their headers go: the walk must end all the same. */
static void gives_up_after_some_windows(void **state)
{
    struct image *image = image_new();
    struct initrd_walk walk;

    (void)state;
    add_member(image, BYTES("x"), 0);
    memcpy(image->memory + 54, "fffffffc", 8); /* c_filesize */
    initrd_walk_init(&walk);
    while (!initrd_walk_window(&walk, (struct bytes){ image->memory, image->size }, false))
        ;
    assert_int_equal(walk.format, INITRD_FORMAT_UNKNOWN);
    assert_int_equal(walk.windows, INITRD_WINDOWS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_zstd_at_once),
        cmocka_unit_test(finds_skippable_frames),
        cmocka_unit_test(finds_zstd_behind_early_archives),
        cmocka_unit_test(skips_contents_with_few_windows),
        cmocka_unit_test(takes_archives_to_the_end),
        cmocka_unit_test(does_not_know_everything_else),
        cmocka_unit_test(does_not_know_what_is_cut),
        cmocka_unit_test(does_not_know_zstd_within_an_archive),
        cmocka_unit_test(refuses_hostile_names),
        cmocka_unit_test(gives_up_after_some_windows),
    };

    return cmocka_run_group_tests_name("initrd-format", tests, NULL, NULL);
}
