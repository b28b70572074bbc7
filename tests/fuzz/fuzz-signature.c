/*
 * signature_verify with everything around it. The input: how many bytes of trust section follow
 * (two bytes, little-endian), the section, how many bytes of content follow (one byte), the
 * content, the signature.
 *
 * Curves are slow under sanitizers, 25 ms a signature, and what is behind a good one would not be
 * found by chance: here every ECDSA signature is good unless it ends with a zero.
 */
#include <mbedtls/ecdsa.h>

#include "fuzz.h"
#include "payload/little-endian.h"
#include "payload/signature.h"

/* 2026-06-15T12:00:00Z */
#define NOON INT64_C(1781524800)

/* Linked in place of mbedTLS's (--wrap): the fuzzer makes good ones of bad ones, and back. */
int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *key, const unsigned char *hash,
                                        size_t hash_bytes, const unsigned char *signature,
                                        size_t signature_bytes);

int __wrap_mbedtls_ecdsa_read_signature(mbedtls_ecdsa_context *key, const unsigned char *hash,
                                        size_t hash_bytes, const unsigned char *signature,
                                        size_t signature_bytes)
{
    require(key && hash && hash_bytes > 0 && signature);
    return signature_bytes > 0 && signature[signature_bytes - 1] ? 0
                                                                 : MBEDTLS_ERR_ECP_VERIFY_FAILED;
}

static struct bytes take(struct bytes *rest, size_t size)
{
    struct bytes part = bytes_first(*rest, size);

    *rest = bytes_from(*rest, size);
    return part;
}

static void check_result(const struct signature_result *result, const struct trust *trust)
{
    size_t offset;

    require(result->signers_count >= trust->policy.threshold);
    require(result->signers_count <= CMS_SIGNERS_MAX && !result->validity_ignored);
    for (size_t i = 0; i < result->signers_count; i++) {
        const struct signature_signer *signer = &result->signers[i];
        struct bytes subject = { (const uint8_t *)signer->subject_memory, signer->subject_bytes };

        /* A long one may be cut within a character. */
        require(subject.size == SIGNATURE_SUBJECT_BYTES ||
                utf8_check(subject, "", &offset) == UTF8_FINE);
        for (size_t j = 0; j < i; j++)
            require(memcmp(&signer->key, &result->signers[j].key, sizeof(signer->key)) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[1024];
    struct text detail = TEXT(memory);
    struct bytes rest = { data, size };
    struct bytes section = take(&rest, 2);
    struct signature_request request = { .now_utc_s = NOON };
    struct signature_result result;
    struct trust trust;
    enum status st;

    section = take(&rest, le_u16(section, 0));
    if (trust_read(section, &detail, &trust))
        return 0;
    request.trust = &trust;
    request.content = take(&rest, 1);
    request.content = take(&rest, le_u8(request.content, 0));
    request.signature = rest;

    st = signature_verify(&request, &detail, &result);
    require_detail(&detail, st != STATUS_OK && st != STATUS_OUT_OF_MEMORY);
    if (st == STATUS_OK)
        check_result(&result, &trust);
    return 0;
}
