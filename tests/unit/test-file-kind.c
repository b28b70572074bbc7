#include "payload/file-kind.h"
#include "support.h"

static void knows_common_files(void **state)
{
    static const struct {
        struct bytes file;
        const char *kind; /* NULL: not known */
    } cases[] = {
        { { NULL, 0 }, "an empty file" },
        { BYTES("\x1f\x8b\x08"), "a gzip file (a gzipped Image has to be unpacked first)" },
        { BYTES("\x28\xb5\x2f\xfd"), "a zstd file" },
        { BYTES("\xfd"
                "7zXZ\0"),
          "an xz file" },
        { BYTES("\x04\x22\x4d\x18"), "an lz4 file" },
        { BYTES("\x02\x21\x4c\x18"), "an lz4 file" },
        { BYTES("BZh9"), "a bzip2 file" },
        { BYTES("\x5d\0\0\x80"), "an lzma file" },
        { BYTES("\x7f"
                "ELF\x02"),
          "an ELF file (take the bzImage or Image, not vmlinux)" },
        { BYTES("PK\x03\x04"), "a zip file" },
        { BYTES("070701"), "a cpio archive (is it the initrd?)" },
        { BYTES("hsqs"), "a squashfs file system" },
        { BYTES("\x27\x05\x19\x56"), "a U-Boot image (take the bzImage or Image)" },
        { BYTES("\xd0\x0d\xfe\xed"), "a device tree or FIT image" },
        { BYTES("#!ipxe\n"), "an iPXE script" },
        { BYTES("<html>"), "an HTML page (is the URL right?)" },
        { BYTES("\r\n <!DOCTYPE html>"), "an HTML page (is the URL right?)" },
        { BYTES("<?xml version"), "an XML file (is the URL right?)" },
        { BYTES("Not found"), "a text file" },
        { BYTES("<htm"), "a text file" },
        { BYTES("\n"), "a text file" },
        { BYTES("\x1f"), NULL },
        { BYTES("\0\0\0\0"), NULL },
        { BYTES("text, then \x80"), NULL },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].file);
        const char *kind = file_kind(buffer_bytes(copy));

        if (!cases[i].kind)
            assert_null(kind);
        else
            assert_string_equal(kind ? kind : "(none)", cases[i].kind);
        free(copy.data);
    }
}

static void looks_at_the_start_only(void **state)
{
    uint8_t file[65];

    (void)state;
    memset(file, 'x', sizeof(file));
    file[64] = 0;
    assert_string_equal(file_kind((struct bytes){ file, sizeof(file) }), "a text file");
    file[63] = 0;
    assert_null(file_kind((struct bytes){ file, sizeof(file) }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_common_files),
        cmocka_unit_test(looks_at_the_start_only),
    };

    return cmocka_run_group_tests_name("file-kind", tests, NULL, NULL);
}
