/* SHA-256's block functions: published vectors, and each against the other. */
#include "efi/mbedtls-sha256.h"
#include "payload/arch/sha256-x86.h"
#include "support.h"

#define BLOCKS_MOST 40

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
        cmocka_unit_test(takes_the_instructions_where_they_are),
    };

    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
