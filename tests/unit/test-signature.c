/* Signatures that openssl made, with everything around them that can be wrong. */
#include "mbedtls-memory.h"
#include "payload/certificate-path.h"
#include "payload/signature.h"
#include "payload/utc.h"
#include "signature-cases.h"
#include "support.h"

#define FOLDER "build/signatures/"

/* The file in memory of exactly its size; free() it. */
static struct buffer load(const char *name, const char *suffix)
{
    char path[200];
    struct buffer file;
    FILE *stream;
    long size;

    snprintf(path, sizeof(path), FOLDER "%s%s", name, suffix);
    stream = fopen(path, "rb");
    if (!stream)
        fail_msg("%s is not there", path);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    size = ftell(stream);
    rewind(stream);
    file = (struct buffer){ malloc((size_t)size + (size == 0)), (size_t)size };
    assert_non_null(file.data);
    assert_int_equal(fread(file.data, 1, file.size, stream), file.size);
    fclose(stream);
    return file;
}

/* One verification and all that it needs. */
struct trial {
    struct buffer content, signature, section;
    struct trust trust;
    struct signature_request request;
    struct signature_result result;
    struct detail detail;
};

static void trial_open(struct trial *trial, const char *name, const char *trust)
{
    *trial = (struct trial){
        .content = load("content", ""),
        .signature = load(name, ".sig"),
        .section = load(trust ? trust : "root", ".trust"),
    };
    assert_status(
        trust_read(buffer_bytes(trial->section), detail_clear(&trial->detail), &trial->trust),
        STATUS_OK);
    trial->request = (struct signature_request){
        .content = buffer_bytes(trial->content),
        .signature = buffer_bytes(trial->signature),
        .trust = &trial->trust,
        .now_utc_s = NOON,
    };
}

static enum status trial_verify(struct trial *trial)
{
    return signature_verify(&trial->request, detail_clear(&trial->detail), &trial->result);
}

static void trial_close(struct trial *trial)
{
    free(trial->content.data);
    free(trial->signature.data);
    free(trial->section.data);
}

static void check_case(const struct signature_case *one)
{
    struct trial trial;
    enum status st;

    trial_open(&trial, one->name, one->trust);
    st = trial_verify(&trial);
    if (st != one->status)
        fail_msg("%s: expected '%s', found '%s': %.*s", one->name, status_sentence(one->status),
                 status_sentence(st), (int)trial.detail.text.size, trial.detail.memory);
    if (one->detail)
        assert_detail_has(&trial.detail, one->detail);
    else
        assert_detail(&trial.detail, "");
    if (st == STATUS_OK) {
        assert_in_range(trial.result.signers_count, trial.trust.policy.threshold, CMS_SIGNERS_MAX);
        assert_false(trial.result.validity_ignored);
    } else {
        assert_int_equal(trial.result.signers_count, 0);
    }
    trial_close(&trial);
}

#define TEST_CASES(cases)                                \
    static void test_##cases(void **state)               \
    {                                                    \
        (void)state;                                     \
        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) \
            check_case(&cases[i]);                       \
    }

TEST_CASES(good_cases)
TEST_CASES(signer_cases)
TEST_CASES(path_cases)
TEST_CASES(structure_cases)

static void test_wrong_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong_values); i++) {
        struct signature_case one = { wrong_values[i], STATUS_SIGNATURE_WRONG, "", NULL };

        check_case(&one);
    }
}

static void assert_signer(const struct signature_signer *signer, const char *subject)
{
    assert_bytes((struct bytes){ (const uint8_t *)signer->subject_memory, signer->subject_bytes },
                 subject);
}

static void test_result_names_signers(void **state)
{
    struct trial trial;

    (void)state;
    trial_open(&trial, "chain", NULL);
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_int_equal(trial.result.signers_count, 1);
    assert_signer(&trial.result.signers[0], "CN='deep signer'");
    trial_close(&trial);

    /* The second one is not valid, and so is not named. */
    trial_open(&trial, "second-expired", NULL);
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_int_equal(trial.result.signers_count, 1);
    assert_signer(&trial.result.signers[0], "CN='signer'");
    trial_close(&trial);

    trial_open(&trial, "two-signers", NULL);
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_int_equal(trial.result.signers_count, 2);
    assert_memory_not_equal(&trial.result.signers[0].key, &trial.result.signers[1].key,
                            sizeof(struct sha256));
    trial_close(&trial);
}

/* All that revoked-key needs to refuse a signer is in the result of a verification. */
static void test_key_of_result_is_what_is_revoked(void **state)
{
    struct trial trial, revoked;

    (void)state;
    trial_open(&trial, "signer", NULL);
    trial_open(&revoked, "signer", "signer-revoked");
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_int_equal(revoked.trust.policy.revoked_keys_count, 1);
    assert_memory_equal(&trial.result.signers[0].key, &revoked.trust.policy.revoked_keys[0],
                        sizeof(struct sha256));
    trial_close(&trial);
    trial_close(&revoked);
}

static void test_large_binary_content(void **state)
{
    struct trial trial;
    struct buffer content = load("content-binary", "");

    (void)state;
    trial_open(&trial, "binary", NULL);
    trial.request.content = buffer_bytes(content);
    assert_status(trial_verify(&trial), STATUS_OK);
    content.data[content.size - 1] ^= 1;
    assert_status(trial_verify(&trial), STATUS_SIGNATURE_WRONG);
    trial.request.content.size--;
    assert_status(trial_verify(&trial), STATUS_SIGNATURE_WRONG);
    trial.request.content = (struct bytes){ NULL, 0 };
    assert_status(trial_verify(&trial), STATUS_SIGNATURE_WRONG);
    trial_close(&trial);
    free(content.data);
}

static void test_clock(void **state)
{
    /* 2020-01-01T00:00:00Z, from when on the anchors are valid. */
    const int64_t first_utc_s = 1577836800;
    struct trial trial;

    (void)state;
    trial_open(&trial, "signer", NULL);
    trial.request.now_utc_s = UTC_UNKNOWN;
    assert_status(trial_verify(&trial), STATUS_CLOCK_ABSURD);
    assert_detail_has(&trial.detail, "the clock says an unknown time");
    trial.request.now_utc_s = first_utc_s - 1;
    assert_status(trial_verify(&trial), STATUS_CLOCK_ABSURD);
    assert_detail_has(&trial.detail, "from 2020-01-01T00:00:00Z on");
    assert_detail_has(&trial.detail, "the clock says 2019-12-31T23:59:59Z");
    trial.request.now_utc_s = first_utc_s;
    assert_status(trial_verify(&trial), STATUS_CERTIFICATE_NOT_YET_VALID);
    trial.request.now_utc_s = INT64_MAX;
    assert_status(trial_verify(&trial), STATUS_CERTIFICATE_EXPIRED);
    trial_close(&trial);
}

static void test_absurd_clock_ignored(void **state)
{
    struct trial trial;

    (void)state;
    trial_open(&trial, "signer", "clock-ignored");
    trial.request.now_utc_s = UTC_UNKNOWN;
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_true(trial.result.validity_ignored);
    trial.request.now_utc_s = 0;
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_true(trial.result.validity_ignored);
    /* A clock that can be right is believed. */
    trial.request.now_utc_s = NOON;
    assert_status(trial_verify(&trial), STATUS_OK);
    assert_false(trial.result.validity_ignored);
    trial.request.now_utc_s = NOON + 366 * 86400;
    assert_status(trial_verify(&trial), STATUS_CERTIFICATE_EXPIRED);
    trial_close(&trial);
}

static void test_check_clock(void **state)
{
    struct trial trial;
    int64_t earliest_utc_s;
    bool absurd;

    (void)state;
    trial_open(&trial, "signer", NULL);
    assert_status(
        signature_check_clock(&trial.trust, NOON, &trial.detail.text, &absurd, &earliest_utc_s),
        STATUS_OK);
    assert_false(absurd);
    assert_int_equal(earliest_utc_s, 1577836800);
    assert_status(
        signature_check_clock(&trial.trust, 0, &trial.detail.text, &absurd, &earliest_utc_s),
        STATUS_OK);
    assert_true(absurd);
    trial_close(&trial);
}

/* Both limits of a certificate's time belong to it. */
static void test_validity_limits(void **state)
{
    const int64_t from_utc_s = 1767225600, to_utc_s = 1798761600;
    struct trial trial;

    (void)state;
    trial_open(&trial, "signer", NULL);
    trial.request.now_utc_s = from_utc_s - 1;
    assert_status(trial_verify(&trial), STATUS_CERTIFICATE_NOT_YET_VALID);
    trial.request.now_utc_s = from_utc_s;
    assert_status(trial_verify(&trial), STATUS_OK);
    trial.request.now_utc_s = to_utc_s;
    assert_status(trial_verify(&trial), STATUS_OK);
    trial.request.now_utc_s = to_utc_s + 1;
    assert_status(trial_verify(&trial), STATUS_CERTIFICATE_EXPIRED);
    trial_close(&trial);
}

static void test_truncated_anywhere(void **state)
{
    struct trial trial;

    (void)state;
    trial_open(&trial, "attributes", NULL);
    for (size_t size = 0; size < trial.signature.size; size++) {
        struct buffer part = exact_copy(bytes_first(buffer_bytes(trial.signature), size));

        trial.request.signature = buffer_bytes(part);
        assert_status(trial_verify(&trial), STATUS_SIGNATURE_MALFORMED);
        free(part.data);
    }
    trial_close(&trial);
}

/* Not everything in the file matters; but then it is still the same signer. */
static void test_a_bit_flipped(void **state)
{
    struct trial trial;
    struct signature_result before;
    size_t refused = 0;

    (void)state;
    trial_open(&trial, "attributes-rsa", NULL);
    assert_status(trial_verify(&trial), STATUS_OK);
    before = trial.result;
    for (size_t i = 0; i < trial.signature.size; i += 3) {
        trial.signature.data[i] ^= (uint8_t)(1 << i % 8);
        if (trial_verify(&trial) == STATUS_OK)
            assert_memory_equal(&trial.result.signers[0].key, &before.signers[0].key,
                                sizeof(struct sha256));
        else
            refused++;
        trial.signature.data[i] ^= (uint8_t)(1 << i % 8);
    }
    assert_in_range(refused, trial.signature.size / 3 * 9 / 10, trial.signature.size);
    trial_close(&trial);
}

/* Whichever allocation fails: nothing leaks, nothing is accepted, and in the end it works. */
static void test_out_of_memory(void **state)
{
    /* One operation on a curve allocates hundreds of times. */
    static const struct {
        const char *name;
        size_t step;
    } trials[] = { { "rsa-2048-sha256", 1 }, { "chain", 41 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(trials); i++) {
        struct trial trial;
        enum status st = STATUS_OUT_OF_MEMORY;
        size_t refused = 0, allocations = 0;

        trial_open(&trial, trials[i].name, NULL);
        for (; st; allocations += trials[i].step) {
            mbedtls_memory_fail_after(allocations);
            st = trial_verify(&trial);
            refused += st == STATUS_OUT_OF_MEMORY;
            assert_in_range(allocations, 0, 100000);
        }
        mbedtls_memory_fail_after(SIZE_MAX);
        /* mbedTLS does not always say that memory was what it lacked. */
        assert_true(refused > 5);
        trial_close(&trial);
    }
}

static void test_memory_is_bounded(void **state)
{
    static const char *const names[] = { "rsa-4096-sha512", "path-longest", "many-of-one-name" };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct trial trial;

        trial_open(&trial, names[i], NULL);
        mbedtls_memory_peak_bytes();
        (void)!trial_verify(&trial);
        assert_in_range(mbedtls_memory_peak_bytes(), 1, 128 * 1024);
        trial_close(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_cases),
        cmocka_unit_test(test_signer_cases),
        cmocka_unit_test(test_path_cases),
        cmocka_unit_test(test_structure_cases),
        cmocka_unit_test(test_wrong_values),
        cmocka_unit_test(test_result_names_signers),
        cmocka_unit_test(test_key_of_result_is_what_is_revoked),
        cmocka_unit_test(test_large_binary_content),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_absurd_clock_ignored),
        cmocka_unit_test(test_check_clock),
        cmocka_unit_test(test_validity_limits),
        cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_a_bit_flipped),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
