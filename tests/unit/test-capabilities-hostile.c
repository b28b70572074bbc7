#include "capabilities-support.h"
#include "payload/decoder.h"

/* Of the x86 setup header, as make-images.py writes it */
#define SETUP_SECTS    0x1f1
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define PAYLOAD_START  (1024 + 0x20)
#define BEHIND_PAYLOAD 23

static void put_u32(struct buffer image, size_t offset, uint32_t number)
{
    for (unsigned int i = 0; i < 4; i++)
        image.data[offset + i] = (uint8_t)(number >> 8 * i);
}

static const char *const read_names[] = { "x86-gzip",     "x86-lz4",          "x86-xz",
                                          "x86-xz-plain", "x86-zstd",         "zboot-gzip",
                                          "zboot-zstd",   "x86-xz-two-blocks" };

static void truncated_payloads_are_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(read_names); i++) {
        struct buffer image = read_fixture(read_names[i]);

        /* The payload's end is cut off, and its size is left. */
        for (size_t size = 0; size < image.size - BEHIND_PAYLOAD; size++)
            assert_false(read_image((struct bytes){ image.data, size }).known);
        free(image.data);
    }
}

/* As before, but the header and the unpacked size behind the payload know it. */
static void shortened_payloads_are_damaged(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct buffer image = read_fixture(read_names[i]);
        size_t end = image.size - BEHIND_PAYLOAD;
        uint8_t size_bytes[4];

        memcpy(size_bytes, image.data + end - 4, 4);
        while (--end > PAYLOAD_START + 10) {
            memcpy(image.data + end - 4, size_bytes, 4);
            put_u32(image, PAYLOAD_LENGTH, (uint32_t)(end - PAYLOAD_START));
            assert_false(read_image((struct bytes){ image.data, end }).known);
        }
        free(image.data);
    }
}

static void wrong_sizes_are_damaged(void **state)
{
    static const uint32_t wrong[] = { 0, 1, 3177, 3179, 100000 };

    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (size_t w = 0; w < ARRAY_LENGTH(wrong); w++) {
            struct buffer image = read_fixture(read_names[i]);
            struct capabilities capabilities;

            put_u32(image, image.size - BEHIND_PAYLOAD - 4, wrong[w]);
            capabilities = read_image(buffer_bytes(image));
            assert_false(capabilities.known);
            assert_string_equal(capabilities.fault, "is damaged");
            free(image.data);
        }
}

/* With check sums no change goes unnoticed, unless it is in what does not matter. */
static void changed_payloads_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(read_names); i++) {
        struct buffer image = read_fixture(read_names[i]);
        bool has_checks = strcmp(read_names[i], "x86-lz4") != 0;

        for (size_t at = 0x40; at < image.size; at++)
            for (unsigned int bit = 0; bit < 8; bit++) {
                struct capabilities found;

                image.data[at] ^= (uint8_t)(1u << bit);
                found = read_image(buffer_bytes(image));
                if (found.known && has_checks)
                    assert_true(found.nonroot_initramfs && found.initramfs_options &&
                                !found.nullfs && !found.nullfs_rootfs && !found.immutable_rootfs);
                image.data[at] ^= (uint8_t)(1u << bit);
            }
        free(image.data);
    }
}

static void hostile_headers_lead_nowhere(void **state)
{
    static const struct {
        uint32_t offset, length;
    } cases[] = {
        { 0, UINT32_MAX },
        { UINT32_MAX, 4 },
        { UINT32_MAX, UINT32_MAX },
        { 0x20, 100000 },
        { 100000, 4 },
        { 0x20, 3 },
        { 0x20, 0 },
        { 0x80000000u, 0x80000000u },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer image = read_fixture("x86-zstd");
        struct capabilities capabilities;

        put_u32(image, PAYLOAD_OFFSET, cases[i].offset);
        put_u32(image, PAYLOAD_LENGTH, cases[i].length);
        capabilities = read_image(buffer_bytes(image));
        assert_describes(&capabilities, "unknown (payload lies outside of the image)");

        put_u32(image, PAYLOAD_OFFSET, 0x20);
        image.data[SETUP_SECTS] = 255;
        assert_false(read_image(buffer_bytes(image)).known);
        free(image.data);
    }
}

static void bombs_take_bounded_memory(void **state)
{
    struct counting counting = { .refuse = 0 };
    struct capabilities capabilities;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct buffer image = read_fixture(read_names[i]);
        size_t size_at = image.size - BEHIND_PAYLOAD - 4;

        /* It holds more than it says. */
        put_u32(image, size_at, 100);
        assert_false(read_counting(buffer_bytes(image), &counting).known);
        assert_true(counting.peak_bytes <= 100 + DECODER_MEMORY_MAX_BYTES);

        /* It says more than is believed. */
        put_u32(image, size_at, CAPABILITIES_KERNEL_MAX_BYTES + 1);
        capabilities = read_counting(buffer_bytes(image), &counting);
        assert_string_equal(capabilities.fault, "says that it unpacks to more than 256 MiB");
        assert_int_equal(counting.peak_bytes, 0);
        free(image.data);
    }
}

static void too_little_memory_is_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(read_names); i++) {
        struct buffer image = read_fixture(read_names[i]);
        struct counting counting = { .refuse = 1 };
        struct capabilities capabilities = read_counting(buffer_bytes(image), &counting);

        while (!capabilities.known) {
            assert_string_equal(capabilities.fault, "can't be unpacked: not enough memory");
            counting.refuse++;
            capabilities = read_counting(buffer_bytes(image), &counting);
        }
        assert_int_equal(counting.requests, counting.refuse - 1);
        assert_true(counting.peak_bytes <= 3178 + DECODER_MEMORY_MAX_BYTES);
        free(image.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truncated_payloads_are_unknown),
        cmocka_unit_test(shortened_payloads_are_damaged),
        cmocka_unit_test(wrong_sizes_are_damaged),
        cmocka_unit_test(changed_payloads_are_noticed),
        cmocka_unit_test(hostile_headers_lead_nowhere),
        cmocka_unit_test(bombs_take_bounded_memory),
        cmocka_unit_test(too_little_memory_is_unknown),
    };

    return cmocka_run_group_tests_name("capabilities-hostile", tests, NULL, NULL);
}
