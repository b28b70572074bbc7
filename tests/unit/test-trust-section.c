#include "mbedtls-memory.h"
#include "payload/trust-section.h"
#include "support.h"

#define SECTION_BYTES_MAX 16384

/* A file of build/signatures in memory of exactly its size; free() it. */
static struct buffer load(const char *name)
{
    char path[200];
    uint8_t memory[SECTION_BYTES_MAX];
    FILE *stream;
    size_t size;

    snprintf(path, sizeof(path), "build/signatures/%s", name);
    stream = fopen(path, "rb");
    if (!stream)
        fail_msg("%s is not there", path);
    size = fread(memory, 1, sizeof(memory), stream);
    fclose(stream);
    return exact_copy((struct bytes){ memory, size });
}

static void check_bad(struct bytes section, enum status st, const char *part)
{
    struct detail detail;
    struct trust trust;
    struct buffer copy = exact_copy(section);

    assert_status(trust_read(buffer_bytes(copy), detail_clear(&detail), &trust), st);
    assert_detail_has(&detail, part);
    free(copy.data);
}

static void test_read(void **state)
{
    struct buffer section = load("root-renewed.trust");
    struct detail detail;
    struct trust trust;

    (void)state;
    assert_status(trust_read(buffer_bytes(section), detail_clear(&detail), &trust), STATUS_OK);
    assert_detail(&detail, "");
    assert_bytes(trust.policy_text, "policy 1\nname worker\n");
    assert_int_equal(trust.policy.names_count, 1);
    assert_ptr_equal(trust.anchors.data, trust.policy_text.data + trust.policy_text.size);
    assert_ptr_equal(trust.anchors.data + trust.anchors.size, section.data + section.size);
    free(section.data);
}

static void test_truncated_anywhere(void **state)
{
    struct buffer section = load("root.trust");
    struct detail detail;
    struct trust trust;

    (void)state;
    for (size_t size = 0; size < section.size; size++) {
        struct buffer part = exact_copy(bytes_first(buffer_bytes(section), size));

        assert_status(trust_read(buffer_bytes(part), detail_clear(&detail), &trust),
                      STATUS_TRUST_SECTION);
        free(part.data);
    }
    free(section.data);
}

static void test_padding(void **state)
{
    struct buffer section = load("root.trust");
    uint8_t memory[SECTION_BYTES_MAX] = { 0 };
    struct bytes padded = { memory, section.size + 400 };
    struct detail detail;
    struct trust trust;

    (void)state;
    memcpy(memory, section.data, section.size);
    assert_status(trust_read(padded, detail_clear(&detail), &trust), STATUS_OK);
    memory[padded.size - 1] = 1;
    check_bad(padded, STATUS_TRUST_SECTION, "zeros behind the anchors");
    free(section.data);
}

/* Writes a section and gives it back in memory of static duration. */
static struct bytes write_section(struct bytes policy, struct bytes anchors)
{
    static uint8_t memory[TRUST_SECTION_MAX_BYTES];
    struct detail detail;
    size_t size;

    assert_status(trust_section_write(policy, anchors, (struct buffer){ memory, sizeof(memory) },
                                      detail_clear(&detail), &size),
                  STATUS_OK);
    return (struct bytes){ memory, size };
}

static void test_write_is_what_read_reads(void **state)
{
    struct buffer section = load("root.trust");
    struct detail detail;
    struct trust trust;

    (void)state;
    assert_status(trust_read(buffer_bytes(section), detail_clear(&detail), &trust), STATUS_OK);
    assert_true(
        bytes_equal(write_section(trust.policy_text, trust.anchors), buffer_bytes(section)));
    free(section.data);
}

static void test_bad_parts(void **state)
{
    struct buffer section = load("root.trust");
    struct bytes policy = BYTES("policy 1\nname a\n"), none = { NULL, 0 };
    struct detail detail;
    struct trust trust;
    uint8_t many[SECTION_BYTES_MAX * 2];
    size_t size = 0;

    (void)state;
    assert_status(trust_read(buffer_bytes(section), detail_clear(&detail), &trust), STATUS_OK);
    check_bad(write_section(none, trust.anchors), STATUS_POLICY_BAD, "'policy 1'");
    check_bad(write_section(BYTES("policy 1\nname *\n"), trust.anchors), STATUS_POLICY_BAD,
              "line 2");
    check_bad(write_section(policy, none), STATUS_TRUST_ANCHOR, "an anchor, found none");
    check_bad(write_section(policy, BYTES("junk")), STATUS_TRUST_ANCHOR, "in DER");
    check_bad(write_section(policy, BYTES("\x30\x03\x02\x01\x01")), STATUS_TRUST_ANCHOR,
              "anchor 1: not a valid X.509");
    check_bad(write_section(policy, bytes_first(trust.anchors, trust.anchors.size - 1)),
              STATUS_TRUST_ANCHOR, "in DER");

    for (size_t i = 0; i <= TRUST_ANCHORS_MAX; i++) {
        memcpy(many + size, trust.anchors.data, trust.anchors.size);
        size += trust.anchors.size;
    }
    check_bad(write_section(policy, (struct bytes){ many, size }), STATUS_TRUST_ANCHOR,
              "at most 16 anchors");
    assert_status(trust_read(write_section(policy, bytes_first((struct bytes){ many, size },
                                                               size - trust.anchors.size)),
                             detail_clear(&detail), &trust),
                  STATUS_OK);
    check_bad(BYTES("PBTRUST2\x00\x00\x00\x00\x00\x00\x00\x00"), STATUS_TRUST_SECTION, "PBTRUST2");
    check_bad(BYTES("PBTRUST1\xff\xff\xff\xff\x00\x00\x00\x00"), STATUS_TRUST_SECTION, "32768");
    check_bad(BYTES("PBTRUST1\x00\x00\x00\x00\xff\xff\xff\xff"), STATUS_TRUST_SECTION,
              "all of the policy");
    free(section.data);
}

static void test_anchors_must_be_authorities(void **state)
{
    static const struct {
        const char *file;
        const char *part;
    } cases[] = {
        { "anchor-signer.trust", "anchor 2: CN='signer': expected a CA" },
        { "anchor-rsa-1024.trust", "anchor 1: the RSA key of CN='Small': expected 2048" },
        { "anchor-sha1.trust", "RSA with SHA-1" },
        { "anchor-constrained.trust", "name constraints" },
        { "anchor-server-auth.trust", "codeSigning" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer section = load(cases[i].file);

        check_bad(buffer_bytes(section), STATUS_TRUST_ANCHOR, cases[i].part);
        free(section.data);
    }
}

static void test_too_large(void **state)
{
    static uint8_t large[TRUST_SECTION_MAX_BYTES + 1];
    struct bytes anchors = { large, TRUST_SECTION_MAX_BYTES - TRUST_SECTION_HEAD_BYTES + 1 };
    struct buffer to = { large, sizeof(large) };
    struct detail detail;
    size_t size;

    (void)state;
    memcpy(large, "PBTRUST1", 8);
    check_bad((struct bytes){ large, sizeof(large) }, STATUS_TRUST_SECTION, "131072");
    assert_status(
        trust_section_write((struct bytes){ NULL, 0 }, anchors, to, detail_clear(&detail), &size),
        STATUS_TRUST_SECTION);
    assert_status(trust_section_write(bytes_first(anchors, TRUST_POLICY_MAX_BYTES + 1),
                                      (struct bytes){ NULL, 0 }, to, detail_clear(&detail), &size),
                  STATUS_TRUST_SECTION);
    to.size = TRUST_SECTION_HEAD_BYTES + 9;
    assert_status(trust_section_write(BYTES("1234567890"), (struct bytes){ NULL, 0 }, to,
                                      detail_clear(&detail), &size),
                  STATUS_TRUST_SECTION);
}

static void test_out_of_memory(void **state)
{
    struct buffer section = load("root.trust");
    enum status st = STATUS_OUT_OF_MEMORY;
    struct detail detail;
    struct trust trust;

    (void)state;
    for (size_t allocations = 0; st; allocations++) {
        mbedtls_memory_fail_after(allocations);
        st = trust_read(buffer_bytes(section), detail_clear(&detail), &trust);
        assert_in_range(allocations, 0, 1000);
    }
    mbedtls_memory_fail_after(SIZE_MAX);
    free(section.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),      cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_padding),   cmocka_unit_test(test_write_is_what_read_reads),
        cmocka_unit_test(test_bad_parts), cmocka_unit_test(test_anchors_must_be_authorities),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
