/* SHA-256's block functions: published vectors, and each against the other. */
#include "payload/arch/sha256-x86.h"
#include "payload/mbedtls-sha256.h"
#include "support.h"

#define BLOCKS_MOST 40

/* A random number as a size of 0 to 260 bytes, and not more than are left. */
#define LENGTH_OF_A_CUT(random, left) ((random) % 261 < (left) ? (random) % 261 : (left))

static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static void assert_digest(struct bytes text, size_t times, const char *hex)
{
    char memory[2 * 32 + 1] = "";
    struct text found = TEXT(memory);
    mbedtls_sha256_context context;
    uint8_t digest[32];

    mbedtls_sha256_init(&context);
    assert_int_equal(mbedtls_sha256_starts(&context, 0), 0);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(mbedtls_sha256_update(&context, text.data, text.size), 0);
    assert_int_equal(mbedtls_sha256_finish(&context, digest), 0);
    text_add_hex_bytes(&found, (struct bytes){ digest, sizeof(digest) });
    assert_bytes(text_bytes(&found), hex);
}

/* FIPS 180-4's examples, and those that NIST published with it. */
static void knows_the_vectors(void **state)
{
    (void)state;
    assert_digest(BYTES(""), 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_digest(BYTES("abc"), 1,
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(BYTES("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 1,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_digest(BYTES("aaaaaaaaaa"), 100000,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Where the data lie and how many blocks there are must not matter. */
static void instructions_do_what_the_portable_code_does(void **state)
{
    uint8_t data[BLOCKS_MOST * SHA256_BLOCK_BYTES + 16];
    uint32_t random = 1;

    (void)state;
    if (!sha256_x86_is_there())
        skip();
    for (size_t i = 0; i < sizeof(data); i++) {
        random = random * 1664525 + 1013904223;
        data[i] = (uint8_t)(random >> 24);
    }
    for (size_t offset = 0; offset < 16; offset++) {
        for (size_t count = 0; count <= BLOCKS_MOST; count++) {
            struct buffer copy =
                exact_copy((struct bytes){ data + offset, count * SHA256_BLOCK_BYTES });
            mbedtls_sha256_context portable;
            uint32_t words[8];

            mbedtls_sha256_init(&portable);
            assert_int_equal(mbedtls_sha256_starts(&portable, 0), 0);
            for (size_t i = 0; i < count; i++)
                mbedtls_sha256_portable_process(&portable, data + offset + i * SHA256_BLOCK_BYTES);
            memcpy(words, start, sizeof(words));
            sha256_x86_blocks(words, copy.data, count);
            assert_memory_equal(words, portable.MBEDTLS_PRIVATE(state), sizeof(words));
            memcpy(words, start, sizeof(words));
            sha256_x86_blocks(words, data + offset, count);
            assert_memory_equal(words, portable.MBEDTLS_PRIVATE(state), sizeof(words));
            free(copy.data);
        }
    }
}

/* However a text is cut, also where the count of its bytes outgrows 32 bits. */
static void all_blocks_at_once_are_the_same_as_one_by_one(void **state)
{
    static const uint32_t totals[] = { 0, 0xffffff80, 0xffffffc0 };
    uint8_t data[20 * SHA256_BLOCK_BYTES];
    uint32_t random = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++) {
        random = random * 1664525 + 1013904223;
        data[i] = (uint8_t)(random >> 24);
    }
    for (unsigned int turn = 0; turn < 600; turn++) {
        mbedtls_sha256_context one, all;
        uint8_t expected[32], found[32];
        size_t done = 0;

        mbedtls_sha256_init(&one);
        mbedtls_sha256_init(&all);
        assert_int_equal(mbedtls_sha256_starts(&one, 0), 0);
        assert_int_equal(mbedtls_sha256_starts(&all, 0), 0);
        one.MBEDTLS_PRIVATE(total)[0] = all.MBEDTLS_PRIVATE(total)[0] = totals[turn % 3];
        while (done < sizeof(data)) {
            struct buffer copy;
            size_t size;

            random = random * 1664525 + 1013904223;
            size = LENGTH_OF_A_CUT(random >> 8, sizeof(data) - done);
            copy = exact_copy((struct bytes){ data + done, size });
            assert_int_equal(mbedtls_sha256_update(&one, copy.data, size), 0);
            assert_int_equal(mbedtls_sha256_update_blocks(&all, copy.data, size), 0);
            free(copy.data);
            done += size;
        }
        assert_int_equal(mbedtls_sha256_finish(&one, expected), 0);
        assert_int_equal(mbedtls_sha256_finish(&all, found), 0);
        assert_memory_equal(found, expected, sizeof(found));
    }
}

static void takes_the_instructions_where_they_are(void **state)
{
    (void)state;
    assert_string_equal(mbedtls_sha256_way(),
                        sha256_x86_is_there() ? "the CPU's SHA instructions" : "portable code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_vectors),
        cmocka_unit_test(instructions_do_what_the_portable_code_does),
        cmocka_unit_test(all_blocks_at_once_are_the_same_as_one_by_one),
        cmocka_unit_test(takes_the_instructions_where_they_are),
    };

    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
