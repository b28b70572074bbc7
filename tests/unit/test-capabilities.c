#include "capabilities-support.h"
#include "payload/decoder.h"

/* Of the x86 setup header, as make-images.py writes it */
#define PROTOCOL      0x206
#define PAYLOAD_START (1024 + 0x20)

static void reads_every_kind_of_image(void **state)
{
    static const struct {
        const char *name, *expected;
    } cases[] = {
        { "arm64", "nonroot_initramfs, initramfs_options= (uncompressed image)" },
        { "x86-gzip", "nonroot_initramfs, initramfs_options= (gzip payload)" },
        { "x86-lz4", "nonroot_initramfs, initramfs_options= (lz4 payload)" },
        { "x86-xz", "nonroot_initramfs, initramfs_options= (xz payload)" },
        { "x86-xz-plain", "nonroot_initramfs, initramfs_options= (xz payload)" },
        { "x86-xz-two-blocks", "nonroot_initramfs, initramfs_options= (xz payload)" },
        { "x86-zstd", "nonroot_initramfs, initramfs_options= (zstd payload)" },
        { "zboot-gzip", "nonroot_initramfs, initramfs_options= (gzip payload)" },
        { "zboot-zstd", "nonroot_initramfs, initramfs_options= (zstd payload)" },
        { "x86-bzip2", "unknown (bzip2 payload is in a format that is not read)" },
        { "x86-lzma", "unknown (lzma payload is in a format that is not read)" },
        { "x86-xz-arm64", "unknown (xz payload is in a format that is not read)" },
        { "x86-xz-crc64", "unknown (xz payload is in a format that is not read)" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = read_fixture(cases[i].name);
        struct capabilities capabilities = read_image(buffer_bytes(image));

        assert_describes(&capabilities, cases[i].expected);
        free(image.data);
    }
}

/* What takes long lets others have their turn: while it is unpacked, and while it is searched. */
static void reads_large_images_with_pauses(void **state)
{
    static const struct {
        const char *name;
        unsigned int least;
    } cases[] = {
        { "large-gzip", 11 }, { "large-lz4", 7 }, /* one block */
        { "large-xz", 11 },   { "large-xz-two-blocks", 11 },
        { "large-zstd", 7 }, /* counts what goes in, and that is little here */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = read_fixture(cases[i].name);
        struct counting counting = { .refuse = 0 };
        struct capabilities capabilities = read_counting(buffer_bytes(image), &counting);

        assert_true(capabilities.nonroot_initramfs && capabilities.initramfs_options);
        assert_true(counting.pauses >= cases[i].least);
        assert_true(counting.peak_bytes <= 1024 * 1024 + DECODER_MEMORY_MAX_BYTES);
        free(image.data);
    }
}

/* An image is searched in pieces: a word counts wherever one ends. */
static void finds_words_between_pieces(void **state)
{
    static const size_t size = 0x40 + PAUSE_BYTES + 200;
    static const char word[] = "\0immutable_rootfs";
    uint8_t *image = malloc(size);

    (void)state;
    assert_non_null(image);
    for (size_t at = PAUSE_BYTES - 40; at < PAUSE_BYTES + 40; at++) {
        memset(image, 0, 0x40);
        memcpy(image + 0x38, "ARM\x64", 4);
        memset(image + 0x40, 'x', size - 0x40);
        memcpy(image + at, word, sizeof(word));
        assert_true(read_image((struct bytes){ image, size }).immutable_rootfs);
        image[at] = 'x';
        assert_false(read_image((struct bytes){ image, size }).immutable_rootfs);
        image[at] = 0;
        image[at + sizeof(word) - 1] = 'x';
        assert_false(read_image((struct bytes){ image, size }).immutable_rootfs);
    }
    free(image);
}

/* An arm64 Image that holds the given text, which may hold NULs. */
static struct capabilities read_plain(struct bytes content)
{
    uint8_t image[0x40 + 200] = { 0 };

    memcpy(image + 0x38, "ARM\x64", 4);
    assert_true(content.size <= sizeof(image) - 0x40);
    memset(image + 0x40, 'x', sizeof(image) - 0x40);
    memcpy(image + 0x40, content.data, content.size);
    return read_image((struct bytes){ image, sizeof(image) });
}

static void tells_words_from_text(void **state)
{
    static const struct {
        struct bytes content;
        const char *expected;
    } cases[] = {
        { BYTES("\0immutable_rootfs\0"), "immutable_rootfs (uncompressed image)" },
        { BYTES("\0nullfs_rootfs\0"), "nullfs_rootfs (uncompressed image)" },
        { BYTES("\0initramfs_options=\0"), "none, initramfs_options= (uncompressed image)" },
        { BYTES("VFS: Finished mounting rootfs on nullfs\n"), "nullfs (uncompressed image)" },
        /* In the series that brought it nullfs must be asked for. */
        { BYTES("\0nullfs_rootfs\0Finished mounting rootfs on nullfs"),
          "nullfs_rootfs (uncompressed image)" },
        { BYTES("rootfs on nullfs\0immutable_rootfs\0"), "immutable_rootfs (uncompressed image)" },
        { BYTES("\0immutable_rootfs\0nullfs_rootfs\0nonroot_initramfs\0initramfs_options=\0"),
          "nullfs_rootfs, immutable_rootfs, nonroot_initramfs, initramfs_options= "
          "(uncompressed image)" },
        /* Not the names of parameters */
        { BYTES("\0nonroot_initramfs=\0nonroot_initramfs \0a nonroot_initramfs\0"),
          "none (uncompressed image)" },
        { BYTES("\0initramfs_options\0xinitramfs_options=\0initramfs_options=size"),
          "none (uncompressed image)" },
        { BYTES("\0nullfs\0rootfs on nullf"), "none (uncompressed image)" },
        { BYTES(""), "none (uncompressed image)" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct capabilities capabilities = read_plain(cases[i].content);

        assert_describes(&capabilities, cases[i].expected);
    }
}

static void tells_who_unpacks_zstd(void **state)
{
    (void)state;
    assert_true(read_plain(BYTES("\0ZSTD-compressed data is corrupt\0")).zstd);
    assert_true(read_plain(BYTES("\0013ZSTD-compressed data is corrupt\n")).zstd);
    assert_false(read_plain(BYTES("\0zstd\0ZSTD-compressed data is probably corrupt\0")).zstd);
}

static void other_files_are_unknown(void **state)
{
    struct buffer image = read_fixture("x86-zstd");
    struct capabilities capabilities;

    (void)state;
    capabilities = read_image((struct bytes){ NULL, 0 });
    assert_describes(&capabilities, "unknown (image is of a kind that is not known)");
    capabilities = read_image(BYTES("MZ"));
    assert_describes(&capabilities, "unknown (image is of a kind that is not known)");
    /* Before the setup header had a payload. */
    image.data[PROTOCOL] = 0x07;
    capabilities = read_image(buffer_bytes(image));
    assert_describes(&capabilities, "unknown (image is of a kind that is not known)");
    image.data[PROTOCOL] = 0x08;
    assert_true(read_image(buffer_bytes(image)).known);
    image.data[PAYLOAD_START] = 'X';
    capabilities = read_image(buffer_bytes(image));
    assert_describes(&capabilities, "unknown (payload is in a format that is not read)");
    free(image.data);
}

/* PIVOTBOOT_KERNELS: words EXPECTED=PATH, as tests/unit/kernels prints them. */
static void real_kernels_say_what_they_can(void **state)
{
    const char *list = getenv("PIVOTBOOT_KERNELS");
    char *words, *rest, *word;

    (void)state;
    if (!list || list[0] == '\0')
        skip();
    words = rest = strdup(list);
    assert_non_null(words);
    while ((word = strtok_r(rest, " \n", &rest))) {
        char *path = strchr(word, '=');
        struct capabilities capabilities;
        struct buffer image;
        char expected[256];

        assert_non_null(path);
        *path++ = '\0';
        image = read_file(path);
        capabilities = read_image(buffer_bytes(image));
        free(image.data);
        snprintf(expected, sizeof(expected), "%s%s%s%s%s", capabilities.nullfs ? "nullfs," : "",
                 capabilities.nullfs_rootfs ? "nullfs_rootfs," : "",
                 capabilities.immutable_rootfs ? "immutable_rootfs," : "",
                 capabilities.nonroot_initramfs ? "nonroot_initramfs," : "",
                 capabilities.initramfs_options ? "initramfs_options," : "");
        if (!capabilities.known || strcmp(expected, word) != 0)
            fail_msg("%s: expected %s, found %s (%s %s)", path, word, expected, capabilities.source,
                     capabilities.fault ? capabilities.fault : "");
        if (!capabilities.zstd) /* every one of these is configured to */
            fail_msg("%s: expected that it unpacks zstd", path);
    }
    free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_image),
        cmocka_unit_test(reads_large_images_with_pauses),
        cmocka_unit_test(finds_words_between_pieces),
        cmocka_unit_test(tells_words_from_text),
        cmocka_unit_test(tells_who_unpacks_zstd),
        cmocka_unit_test(other_files_are_unknown),
        cmocka_unit_test(real_kernels_say_what_they_can),
    };

    return cmocka_run_group_tests_name("capabilities", tests, NULL, NULL);
}
