#include "kernel-builder.h"
#include "payload/pe-header.h"

/* Both steps, as a kernel goes through them. */
static enum status read_and_check(struct bytes file, struct detail *detail)
{
    struct pe_header header;
    enum status st;

    if ((st = pe_header_read(file, detail_clear(detail), &header)))
        return st;
    return pe_header_check(file, &header, &detail->text);
}

static void accepts_good_headers(void **state)
{
    static const struct patch cases[] = {
        { 0, 0, 0 },
        /* each at its limit */
        { AT_ENTRY_POINT, 4, 0x1000 },
        { AT_ENTRY_POINT, 4, 0x3fff },
        { AT_SIZE_OF_IMAGE, 4, PE_IMAGE_MAX_BYTES },
        { AT_SIZE_OF_IMAGE, 4, 0x3000 },
        { AT_SIZE_OF_HEADERS, 4, AT_SECTION_2 + 40 },
        { AT_DIRECTORIES, 4, 0 },
        { AT_SECTION_1 + IN_RAW_SIZE, 4, 0x2000 },
        { AT_SECTION_2 + IN_VIRTUAL_SIZE, 4, 0x2000 },
        { AT_SECTION_2 + IN_RAW_SIZE, 4, 0 },
    };
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = build_efi(PE_MACHINE_X64);

        apply(image, &cases[i], 1);
        assert_status(read_and_check(buffer_bytes(image), &detail), STATUS_OK);
        assert_detail(&detail, "");
        free(image.data);
    }
}

static void reads_what_the_header_says(void **state)
{
    struct buffer image = build_efi(PE_MACHINE_AA64);
    struct pe_header header;
    struct detail detail;

    (void)state;
    put(image, AT_MAJOR_VERSION, 2, 0xabcd);
    put_text(image, AT_SECTION_2, "8bytes..");
    assert_true(pe_has_mz(buffer_bytes(image)));
    assert_false(pe_has_mz((struct bytes){ NULL, 0 }));
    assert_status(pe_header_read(buffer_bytes(image), detail_clear(&detail), &header), STATUS_OK);
    assert_int_equal(header.machine, PE_MACHINE_AA64);
    assert_int_equal(header.sections_count, 2);
    assert_int_equal(pe_major_image_version(buffer_bytes(image), &header), 0xabcd);
    assert_true(pe_has_section(buffer_bytes(image), &header, BYTES(".setup")));
    assert_true(pe_has_section(buffer_bytes(image), &header, BYTES("8bytes..")));
    assert_false(pe_has_section(buffer_bytes(image), &header, BYTES(".set")));
    assert_false(pe_has_section(buffer_bytes(image), &header, BYTES("8bytes..x")));
    free(image.data);
}

static void refuses_bad_headers(void **state)
{
    static const struct {
        struct patch patch;
        enum status status;
        const char *detail;
    } cases[] = {
        { { AT_PE, 2, 0x454e },
          STATUS_KERNEL_NOT_PE,
          "expected a PE signature at byte 64, found 'NE\\x00\\x00'" },
        { { AT_PE_OFFSET, 4, 0 },
          STATUS_KERNEL_NOT_PE,
          "expected a PE signature at byte 0, found 'MZ\\x00\\x00'" },
        { { AT_PE_OFFSET, 4, 0xffffffff },
          STATUS_KERNEL_TRUNCATED,
          "the PE header ends at byte 4294967319, the file has 12288" },
        { { AT_PE_OFFSET, 4, BUILT_BYTES - 23 },
          STATUS_KERNEL_TRUNCATED,
          "the PE header ends at byte 12289, the file has 12288" },
        { { AT_SECTIONS_COUNT, 2, 0xffff },
          STATUS_KERNEL_TRUNCATED,
          "the section table ends at byte 2621648, the file has 12288" },
        { { AT_SECTIONS_COUNT, 2, 0 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's NumberOfSections: expected 1 or more, found 0" },
        { { AT_OPTIONAL_BYTES, 2, 111 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's SizeOfOptionalHeader: expected 112 or more, found 111" },
        { { AT_OPTIONAL_BYTES, 2, 0 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's SizeOfOptionalHeader: expected 112 or more, found 0" },
        { { AT_MAGIC, 2, 0x10b },
          STATUS_KERNEL_MALFORMED,
          "the PE header's magic number: expected 523 (PE32+), found 267" },
        { { AT_DIRECTORIES, 4, 7 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's NumberOfRvaAndSizes: expected as many as SizeOfOptionalHeader has "
          "room for, found 7" },
        { { AT_DIRECTORIES, 4, 0xffffffff }, STATUS_KERNEL_MALFORMED, NULL },
        { { AT_SUBSYSTEM, 2, 11 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's subsystem: expected 10 (EFI application), found 11" },
        { { AT_SIZE_OF_IMAGE, 4, 0 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's SizeOfImage: expected 1 byte to 1 GiB, found 0" },
        { { AT_SIZE_OF_IMAGE, 4, PE_IMAGE_MAX_BYTES + 1 }, STATUS_KERNEL_MALFORMED, NULL },
        { { AT_SIZE_OF_IMAGE, 4, 0x800 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's SizeOfHeaders: expected at most SizeOfImage, found 4096" },
        { { AT_SIZE_OF_HEADERS, 4, 0x3001 },
          STATUS_KERNEL_TRUNCATED,
          "the headers end at byte 12289, the file has 12288" },
        { { AT_SIZE_OF_HEADERS, 4, AT_SECTION_2 + 39 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's SizeOfHeaders: expected the section table within it, found 327" },
        { { AT_SIZE_OF_HEADERS, 4, 0 }, STATUS_KERNEL_MALFORMED, NULL },
        { { AT_ENTRY_POINT, 4, 0x4000 },
          STATUS_KERNEL_MALFORMED,
          "the PE header's AddressOfEntryPoint: expected one between SizeOfHeaders and "
          "SizeOfImage, found 16384" },
        { { AT_ENTRY_POINT, 4, 0xfff }, STATUS_KERNEL_MALFORMED, NULL },
        { { AT_ENTRY_POINT, 4, 0 }, STATUS_KERNEL_MALFORMED, NULL },
        { { AT_SECTION_2 + IN_RAW_SIZE, 4, 0x1001 },
          STATUS_KERNEL_TRUNCATED,
          "section '.text' ends at byte 12289, the file has 12288" },
        { { AT_SECTION_2 + IN_RAW_OFFSET, 4, 0xffffffff },
          STATUS_KERNEL_TRUNCATED,
          "section '.text' ends at byte 4294971391, the file has 12288" },
        { { AT_SECTION_2 + IN_VIRTUAL_SIZE, 4, 0x2001 },
          STATUS_KERNEL_MALFORMED,
          "section '.text' ends at address 16385, the image at 16384" },
        { { AT_SECTION_1 + IN_VIRTUAL_ADDRESS, 4, 0xffffffff },
          STATUS_KERNEL_MALFORMED,
          "section '.setup' ends at address 4294971391, the image at 16384" },
    };
    struct detail detail;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = build_efi(PE_MACHINE_X64);

        apply(image, &cases[i].patch, 1);
        assert_status(read_and_check(buffer_bytes(image), &detail), cases[i].status);
        if (cases[i].detail)
            assert_detail(&detail, cases[i].detail);
        free(image.data);
    }
}

static void never_reads_beyond_the_end(void **state)
{
    struct buffer image = build_efi(PE_MACHINE_X64);
    struct detail detail;

    (void)state;
    for (size_t size = 2; size < image.size; size++) {
        struct buffer copy = exact_copy(bytes_first(buffer_bytes(image), size));

        assert_status(read_and_check(buffer_bytes(copy), &detail), STATUS_KERNEL_TRUNCATED);
        free(copy.data);
    }
    free(image.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_good_headers),
        cmocka_unit_test(reads_what_the_header_says),
        cmocka_unit_test(refuses_bad_headers),
        cmocka_unit_test(never_reads_beyond_the_end),
    };

    return cmocka_run_group_tests_name("pe-header", tests, NULL, NULL);
}
