#include "kernel-builder.h"
#include "payload/kernel-image.h"

#define EXCERPTS             "tests/unit/excerpts/"
#define EXCERPT_HEADER_BYTES 1024
#define EXCERPT_BYTES        (1024 + 160)

static enum status read_x64(struct buffer image, struct detail *detail,
                            struct kernel_image *ret_kernel)
{
    return kernel_image_read(buffer_bytes(image), ARCHITECTURE_X64, detail_clear(detail),
                             ret_kernel);
}

static enum status read_aa64(struct buffer image, struct detail *detail,
                             struct kernel_image *ret_kernel)
{
    return kernel_image_read(buffer_bytes(image), ARCHITECTURE_AA64, detail_clear(detail),
                             ret_kernel);
}

static void reads_x86(void **state)
{
    struct buffer image = build_x86();
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    assert_status(read_x64(image, &detail, &kernel), STATUS_OK);
    assert_int_equal(kernel.cmdline_limit_bytes, BUILT_CMDLINE_BYTES);
    assert_bytes(kernel.version, BUILT_RELEASE);
    assert_ptr_equal(kernel.version.data, image.data + BUILT_VERSION);
    assert_detail(&detail, "");
    free(image.data);
}

static void reads_arm64(void **state)
{
    struct buffer image = build_arm64();
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    assert_status(read_aa64(image, &detail, &kernel), STATUS_OK);
    assert_int_equal(kernel.cmdline_limit_bytes, 2047);
    assert_bytes(kernel.version, BUILT_RELEASE);

    /* The line's format comes first in some kernels. */
    put_text(image, 0x1800, "Linux version %s\n");
    assert_status(read_aa64(image, &detail, &kernel), STATUS_OK);
    assert_bytes(kernel.version, BUILT_RELEASE);

    /* Cut off by the end of the file */
    memset(image.data + BUILT_BANNER, 0, 64);
    put_text(image, BUILT_BYTES - 14, "Linux version ");
    assert_status(read_aa64(image, &detail, &kernel), STATUS_OK);
    assert_bytes(kernel.version, "");
    put_text(image, BUILT_BYTES - 16, "Linux version 6.");
    assert_status(read_aa64(image, &detail, &kernel), STATUS_OK);
    assert_bytes(kernel.version, "6.");
    free(image.data);
}

static void reads_arm64_zboot(void **state)
{
    struct buffer image = build_arm64();
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    put(image, AT_ARM64_MAGIC, 4, 0x818223cd);
    put_text(image, AT_ZBOOT_MAGIC, "zimg");
    put(image, AT_ARM64_FLAGS, 1, 1); /* these bytes mean something else there */
    memset(image.data + BUILT_BANNER, 0, 64);
    assert_status(read_aa64(image, &detail, &kernel), STATUS_OK);
    assert_int_equal(kernel.cmdline_limit_bytes, 2047);
    assert_bytes(kernel.version, "");
    free(image.data);
}

static void accepts_what_is_unusual(void **state)
{
    static const struct {
        struct patch patch;
        uint32_t cmdline_limit_bytes;
        const char *version;
    } cases[] = {
        { { AT_SETUP_SECTS, 1, 0 }, BUILT_CMDLINE_BYTES, BUILT_RELEASE }, /* stands for 4 */
        { { AT_PROTOCOL, 2, 0x206 }, BUILT_CMDLINE_BYTES, BUILT_RELEASE },
        { { AT_MAJOR_VERSION, 2, 1 }, BUILT_CMDLINE_BYTES, BUILT_RELEASE },
        { { AT_CMDLINE_SIZE, 4, 1 }, 1, BUILT_RELEASE },
        { { AT_CMDLINE_SIZE, 4, KERNEL_CMDLINE_MAX_BYTES + 1 },
          KERNEL_CMDLINE_MAX_BYTES,
          BUILT_RELEASE },
        { { AT_CMDLINE_SIZE, 4, 0xffffffff }, KERNEL_CMDLINE_MAX_BYTES, BUILT_RELEASE },
        { { AT_VERSION_POINTER, 2, 0 }, BUILT_CMDLINE_BYTES, "" },
        { { AT_VERSION_POINTER, 2, 0xffff }, BUILT_CMDLINE_BYTES, "" },
        { { AT_VERSION_POINTER, 2, BUILT_SETUP_BYTES - 0x200 }, BUILT_CMDLINE_BYTES, "" },
        { { BUILT_VERSION, 1, '\n' }, BUILT_CMDLINE_BYTES, "" },
        { { BUILT_VERSION + 4, 1, 0xff }, BUILT_CMDLINE_BYTES, "6.12" },
    };
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = build_x86();

        apply(image, &cases[i].patch, 1);
        assert_status(read_x64(image, &detail, &kernel), STATUS_OK);
        assert_int_equal(kernel.cmdline_limit_bytes, cases[i].cmdline_limit_bytes);
        assert_bytes(kernel.version, cases[i].version);
        free(image.data);
    }
}

static void cuts_long_versions(void **state)
{
    struct buffer image = build_x86();
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    memset(image.data + BUILT_VERSION, 'v', 0x400);
    assert_status(read_x64(image, &detail, &kernel), STATUS_OK);
    assert_int_equal(kernel.version.size, KERNEL_VERSION_MAX_BYTES);

    /* and at the end of the setup code */
    memset(image.data + BUILT_SETUP_BYTES - 4, 'v', 8);
    put(image, AT_VERSION_POINTER, 2, BUILT_SETUP_BYTES - 4 - 0x200);
    assert_status(read_x64(image, &detail, &kernel), STATUS_OK);
    assert_bytes(kernel.version, "vvvv");
    free(image.data);
}

static void refuses_bad_x86(void **state)
{
    static const struct {
        struct patch patches[2];
        enum status status;
        const char *detail;
    } cases[] = {
        { { { 0, 2, 0 } },
          STATUS_KERNEL_NO_EFI_STUB,
          "a bzImage without the PE header that CONFIG_EFI_STUB gives" },
        { { { AT_PE, 4, 0 } },
          STATUS_KERNEL_NOT_PE,
          "expected a PE signature at byte 64, found '\\x00\\x00\\x00\\x00'" },
        { { { AT_MACHINE, 2, 0xaa64 } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for aa64" },
        { { { AT_MACHINE, 2, 0x14c } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for ia32" },
        { { { AT_MACHINE, 2, 0x1c0 } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for arm" },
        { { { AT_MACHINE, 2, 0x1c2 } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for arm" },
        { { { AT_MACHINE, 2, 0x5064 } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for riscv64" },
        { { { AT_MACHINE, 2, 0x6264 } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for loongarch64" },
        { { { AT_MACHINE, 2, 0x0ebc } },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is x64, the kernel is for machine 0x0ebc" },
        { { { AT_HDRS, 1, 'h' } }, STATUS_KERNEL_NOT_LINUX, "found another EFI executable" },
        { { { AT_BOOT_FLAG, 2, 0 } }, STATUS_KERNEL_NOT_LINUX, "found another EFI executable" },
        /* ".linux" */
        { { { AT_HDRS, 1, 'h' }, { AT_SECTION_2, 8, 0x00000078756e696c2e } },
          STATUS_KERNEL_NOT_LINUX,
          "found a unified kernel image (UKI); give its kernel and initrd apart" },
        { { { AT_SUBSYSTEM, 2, 3 } },
          STATUS_KERNEL_MALFORMED,
          "the PE header's subsystem: expected 10 (EFI application), found 3" },
        { { { AT_MAJOR_VERSION, 2, 0 } },
          STATUS_KERNEL_NO_EFI_STUB,
          "its stub can't load an initrd by LoadFile2: expected image version 1 or later "
          "(Linux 5.8), found 0" },
        { { { AT_PROTOCOL, 2, 0x205 } },
          STATUS_KERNEL_NO_EFI_STUB,
          "expected boot protocol 0x0206 or later, found 0x0205" },
        { { { AT_SYSSIZE, 4, 0x201 } },
          STATUS_KERNEL_TRUNCATED,
          "its setup header needs 12304 bytes, the file has 12288" },
        { { { AT_SYSSIZE, 4, 0xffffffff } },
          STATUS_KERNEL_TRUNCATED,
          "its setup header needs 68719480816 bytes, the file has 12288" },
        { { { AT_SETUP_SECTS, 1, 0xff } }, STATUS_KERNEL_TRUNCATED, NULL },
        { { { AT_CMDLINE_SIZE, 4, 0 } },
          STATUS_KERNEL_MALFORMED,
          "the setup header's cmdline_size: expected 1 or more, found 0" },
    };
    struct kernel_image kernel = { .cmdline_limit_bytes = 77 };
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = build_x86();

        apply(image, cases[i].patches, ARRAY_LENGTH(cases[i].patches));
        assert_status(read_x64(image, &detail, &kernel), cases[i].status);
        if (cases[i].detail)
            assert_detail(&detail, cases[i].detail);
        assert_int_equal(kernel.cmdline_limit_bytes, 77);
        free(image.data);
    }
}

static void refuses_bad_arm64(void **state)
{
    static const struct {
        struct patch patch;
        enum status status;
        const char *detail;
    } cases[] = {
        { { 0, 2, 0 },
          STATUS_KERNEL_NO_EFI_STUB,
          "an arm64 Image without the PE header that CONFIG_EFI_STUB gives" },
        { { AT_MACHINE, 2, 0x8664 },
          STATUS_KERNEL_ARCHITECTURE,
          "this machine is aa64, the kernel is for x64" },
        { { AT_ARM64_MAGIC, 4, 0 }, STATUS_KERNEL_NOT_LINUX, "found another EFI executable" },
        { { AT_MAJOR_VERSION, 2, 0 }, STATUS_KERNEL_NO_EFI_STUB, NULL },
        { { AT_ARM64_FLAGS, 1, 0x0b },
          STATUS_KERNEL_MALFORMED,
          "expected a little-endian kernel, found a big-endian one" },
    };
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = build_arm64();

        apply(image, &cases[i].patch, 1);
        assert_status(read_aa64(image, &detail, &kernel), cases[i].status);
        if (cases[i].detail)
            assert_detail(&detail, cases[i].detail);
        free(image.data);
    }
}

static void names_other_files(void **state)
{
    static const struct {
        struct bytes file;
        const char *detail;
    } cases[] = {
        { { NULL, 0 }, "expected a bzImage or Image with an EFI stub, found an empty file" },
        { BYTES("<!DOCTYPE html><html>"), "expected a bzImage or Image with an EFI stub, found "
                                          "an HTML page (is the URL right?)" },
        { BYTES("M"), "expected a bzImage or Image with an EFI stub, found a text file" },
        { BYTES("\x01\x02garbage"), "expected a bzImage or Image with an EFI stub, found a file "
                                    "that starts with '\\x01\\x02garbag'" },
    };
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].file);

        assert_status(read_x64(copy, &detail, &kernel), STATUS_KERNEL_NOT_PE);
        assert_detail(&detail, cases[i].detail);
        free(copy.data);
    }
}

static void finds_every_truncation(void **state)
{
    struct buffer image = build_x86();
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t size = 2; size < image.size; size++) {
        struct buffer copy = exact_copy(bytes_first(buffer_bytes(image), size));

        assert_status(read_x64(copy, &detail, &kernel), STATUS_KERNEL_TRUNCATED);
        free(copy.data);
    }
    free(image.data);
}

/* Nothing is expected of what is answered, but that no byte outside is read. */
static void survives_any_damaged_byte(void **state)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t offset = 0; offset < 0x260; offset++)
        for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
            struct buffer x86 = build_x86(), arm64 = build_arm64();

            x86.data[offset] = values[i];
            arm64.data[offset] = values[i];
            assert_true(read_x64(x86, &detail, &kernel) < 256);
            assert_true(read_aa64(arm64, &detail, &kernel) < 256);
            free(x86.data);
            free(arm64.data);
        }
}

/* Lays an excerpt into an image of zeros of the size that the kernel's setup header says. */
static struct buffer load_excerpt(const char *path)
{
    uint8_t excerpt[EXCERPT_BYTES];
    FILE *file = fopen(path, "rb");
    struct buffer image;
    size_t version;

    if (!file)
        fail_msg("%s can't be opened: run the tests from the top folder", path);
    assert_int_equal(fread(excerpt, 1, sizeof(excerpt), file), sizeof(excerpt));
    fclose(file);

    image.size = (excerpt[AT_SETUP_SECTS] + (size_t)1) * 512;
    for (unsigned int i = 0; i < 4; i++)
        image.size += ((size_t)excerpt[AT_SYSSIZE + i] << (8 * i)) * 16;
    version = 0x200 + excerpt[AT_VERSION_POINTER] + ((size_t)excerpt[AT_VERSION_POINTER + 1] << 8);
    image.data = calloc(1, image.size);
    assert_non_null(image.data);
    assert_true(version + EXCERPT_BYTES - EXCERPT_HEADER_BYTES <= image.size);
    memcpy(image.data, excerpt, EXCERPT_HEADER_BYTES);
    memcpy(image.data + version, excerpt + EXCERPT_HEADER_BYTES,
           EXCERPT_BYTES - EXCERPT_HEADER_BYTES);
    return image;
}

static void reads_real_kernels(void **state)
{
    static const struct {
        const char *path;
        const char *release;
    } cases[] = {
        { EXCERPTS "linux-6.1.bin", "6.1.0-" },
        { EXCERPTS "linux-6.12.bin", "6.12." },
        { EXCERPTS "linux-7.3.bin", "7.3." },
    };
    struct kernel_image kernel;
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = load_excerpt(cases[i].path);

        assert_status(read_x64(image, &detail, &kernel), STATUS_OK);
        assert_int_equal(kernel.cmdline_limit_bytes, 2047);
        assert_true(bytes_start_with(kernel.version, bytes_of_string(cases[i].release)));
        assert_status(read_aa64(image, &detail, &kernel), STATUS_KERNEL_ARCHITECTURE);
        image.size--;
        assert_status(read_x64(image, &detail, &kernel), STATUS_KERNEL_TRUNCATED);
        free(image.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_x86),
        cmocka_unit_test(reads_arm64),
        cmocka_unit_test(reads_arm64_zboot),
        cmocka_unit_test(accepts_what_is_unusual),
        cmocka_unit_test(cuts_long_versions),
        cmocka_unit_test(refuses_bad_x86),
        cmocka_unit_test(refuses_bad_arm64),
        cmocka_unit_test(names_other_files),
        cmocka_unit_test(finds_every_truncation),
        cmocka_unit_test(survives_any_damaged_byte),
        cmocka_unit_test(reads_real_kernels),
    };

    return cmocka_run_group_tests_name("kernel-image", tests, NULL, NULL);
}
