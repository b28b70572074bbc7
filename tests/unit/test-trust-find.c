/* Finding the trust section in PE images that are cut, twisted, or loaded. */
#include "payload/trust-section.h"
#include "support.h"

#define IMAGE_BYTES   0x4000
#define PE_OFFSET     0x80
#define SECTIONS      (PE_OFFSET + 24)
#define SECTION_BYTES 40

struct section {
    const char *name;
    uint32_t address, virtual_bytes, raw_offset, raw_bytes;
};

static void put_u32(uint8_t *to, uint32_t number)
{
    for (unsigned int i = 0; i < 4; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

/* Only as much of a PE image as it takes: no optional header. Every byte has its own value. */
static void make_image(uint8_t image[IMAGE_BYTES], const struct section *sections, size_t count)
{
    for (size_t i = 0; i < IMAGE_BYTES; i++)
        image[i] = (uint8_t)(i ^ i >> 8);
    memset(image, 0, SECTIONS + 200);
    memcpy(image, "MZ", 2);
    put_u32(image + 0x3c, PE_OFFSET);
    memcpy(image + PE_OFFSET, "PE\0\0", 4);
    image[PE_OFFSET + 6] = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        uint8_t *header = image + SECTIONS + i * SECTION_BYTES;

        memcpy(header, sections[i].name, strlen(sections[i].name));
        put_u32(header + 8, sections[i].virtual_bytes);
        put_u32(header + 12, sections[i].address);
        put_u32(header + 16, sections[i].raw_bytes);
        put_u32(header + 20, sections[i].raw_offset);
    }
}

static enum status find(const struct section *sections, size_t count, enum trust_layout layout,
                        struct detail *detail, struct bytes *ret_section)
{
    static uint8_t image[IMAGE_BYTES];

    make_image(image, sections, count);
    return trust_section_find((struct bytes){ image, sizeof(image) }, layout, detail_clear(detail),
                              ret_section);
}

static void test_found_in_both_layouts(void **state)
{
    const struct section sections[] = {
        { ".text", 0x1000, 0x800, 0x400, 0x800 },
        { ".pbtrust", 0x3000, 0x123, 0xc00, 0x200 },
    };
    struct detail detail;
    struct bytes found;

    (void)state;
    assert_status(find(sections, 2, TRUST_LAYOUT_FILE, &detail, &found), STATUS_OK);
    assert_int_equal(found.size, 0x123);
    assert_int_equal(found.data[1], (0xc01 ^ 0xc) & 0xff);
    assert_status(find(sections, 2, TRUST_LAYOUT_LOADED, &detail, &found), STATUS_OK);
    assert_int_equal(found.size, 0x123);
    assert_int_equal(found.data[1], (0x3001 ^ 0x30) & 0xff);
    assert_detail(&detail, "");
}

static void test_not_there(void **state)
{
    const struct section sections[] = {
        { ".text", 0x1000, 0x800, 0x400, 0x800 },
        { ".pbtrus", 0x3000, 0x123, 0xc00, 0x200 },
    };
    struct detail detail;
    struct bytes found = BYTES("before");

    (void)state;
    assert_status(find(sections, 2, TRUST_LAYOUT_LOADED, &detail, &found), STATUS_OK);
    assert_int_equal(found.size, 0);
}

static void test_beyond_the_image(void **state)
{
    const struct section twisted[] = {
        { ".pbtrust", 0x3000, 0x1001, 0x3000, 0x1001 },
        { ".pbtrust", 0x4001, 1, 0x4001, 1 },
        { ".pbtrust", 0xffffffff, 1, 0xffffffff, 1 },
        { ".pbtrust", 0x1000, 0xffffffff, 0x1000, 0xffffffff },
        { ".pbtrust", 0x1000, 0, 0x1000, 0x200 },
    };
    struct detail detail;
    struct bytes found;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(twisted); i++) {
        assert_status(find(&twisted[i], 1, TRUST_LAYOUT_LOADED, &detail, &found),
                      STATUS_TRUST_SECTION);
        assert_detail_has(&detail, "empty or does not lie within");
        assert_status(find(&twisted[i], 1, TRUST_LAYOUT_FILE, &detail, &found),
                      STATUS_TRUST_SECTION);
    }
}

/* In memory the rest would be zeros; in the file it is somebody else's. */
static void test_larger_than_its_raw_data(void **state)
{
    const struct section section = { ".pbtrust", 0x1000, 0x201, 0x1000, 0x200 };
    struct detail detail;
    struct bytes found;

    (void)state;
    assert_status(find(&section, 1, TRUST_LAYOUT_FILE, &detail, &found), STATUS_TRUST_SECTION);
}

static void test_two_sections(void **state)
{
    const struct section sections[] = {
        { ".pbtrust", 0x1000, 0x100, 0x1000, 0x200 },
        { ".pbtrust", 0x2000, 0x100, 0x2000, 0x200 },
    };
    struct detail detail;
    struct bytes found;

    (void)state;
    assert_status(find(sections, 2, TRUST_LAYOUT_LOADED, &detail, &found), STATUS_TRUST_SECTION);
    assert_detail_has(&detail, "two sections .pbtrust");
}

/* An image that can't be read never means that there are no anchors. */
static void test_not_an_image(void **state)
{
    const struct section section = { ".pbtrust", 0x1000, 0x100, 0x1000, 0x200 };
    uint8_t image[IMAGE_BYTES];
    struct detail detail;
    struct bytes found;

    (void)state;
    make_image(image, &section, 1);
    for (size_t size = 0; size < SECTIONS + SECTION_BYTES; size++) {
        struct buffer part = exact_copy((struct bytes){ image, size });

        assert_status(trust_section_find(buffer_bytes(part), TRUST_LAYOUT_LOADED,
                                         detail_clear(&detail), &found),
                      STATUS_TRUST_SECTION);
        free(part.data);
    }
    put_u32(image + 0x3c, 0xfffffff0);
    assert_status(trust_section_find((struct bytes){ image, sizeof(image) }, TRUST_LAYOUT_LOADED,
                                     detail_clear(&detail), &found),
                  STATUS_TRUST_SECTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_in_both_layouts),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_beyond_the_image),
        cmocka_unit_test(test_larger_than_its_raw_data),
        cmocka_unit_test(test_two_sections),
        cmocka_unit_test(test_not_an_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
