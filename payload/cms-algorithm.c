/* The part of cms.h that knows algorithms. */
#include <mbedtls/oid.h>

#include "algorithm.h"
#include "cms.h"
#include "der.h"

struct digest_row {
    struct bytes oid;
    mbedtls_md_type_t digest;
};

struct signature_row {
    struct bytes oid;
    mbedtls_pk_type_t key;
    mbedtls_md_type_t digest; /* MBEDTLS_MD_NONE: whatever the digest algorithm says */
};

static bool find_digest(struct bytes oid, mbedtls_md_type_t *ret_digest)
{
    const struct digest_row rows[] = {
        { BYTES(MBEDTLS_OID_DIGEST_ALG_SHA256), MBEDTLS_MD_SHA256 },
        { BYTES(MBEDTLS_OID_DIGEST_ALG_SHA384), MBEDTLS_MD_SHA384 },
        { BYTES(MBEDTLS_OID_DIGEST_ALG_SHA512), MBEDTLS_MD_SHA512 },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (bytes_equal(oid, rows[i].oid)) {
            *ret_digest = rows[i].digest;
            return true;
        }
    return false;
}

static bool find_signature(struct bytes oid, struct signature_row *ret_row)
{
    const struct signature_row rows[] = {
        { BYTES(MBEDTLS_OID_PKCS1_RSA), MBEDTLS_PK_RSA, MBEDTLS_MD_NONE },
        { BYTES(MBEDTLS_OID_PKCS1_SHA256), MBEDTLS_PK_RSA, MBEDTLS_MD_SHA256 },
        { BYTES(MBEDTLS_OID_PKCS1_SHA384), MBEDTLS_PK_RSA, MBEDTLS_MD_SHA384 },
        { BYTES(MBEDTLS_OID_PKCS1_SHA512), MBEDTLS_PK_RSA, MBEDTLS_MD_SHA512 },
        { BYTES(MBEDTLS_OID_ECDSA_SHA256), MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA256 },
        { BYTES(MBEDTLS_OID_ECDSA_SHA384), MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA384 },
        { BYTES(MBEDTLS_OID_ECDSA_SHA512), MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA512 },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (bytes_equal(oid, rows[i].oid)) {
            *ret_row = rows[i];
            return true;
        }
    return false;
}

static enum status refused(struct text *detail, const char *expected, struct bytes oid)
{
    text_add(detail, "expected ");
    text_add(detail, expected);
    text_add(detail, ", found ");
    algorithm_add_name(detail, oid);
    return STATUS_SIGNATURE_ALGORITHM;
}

/* None of the algorithms has parameters; a NULL may stand for that. */
static bool take_identifier(struct bytes identifier, struct bytes *ret_oid)
{
    struct der oid, null;

    if (!der_take(&identifier, DER_OID, &oid))
        return false;
    *ret_oid = oid.content;
    return identifier.size == 0 || (der_take(&identifier, DER_NULL, &null) &&
                                    null.content.size == 0 && identifier.size == 0);
}

enum status cms_signer_algorithm(const struct cms_signer *signer, struct text *detail,
                                 struct cms_algorithm *ret_algorithm)
{
    const char *digests = "SHA-256, SHA-384 or SHA-512";
    const char *signatures = "RSA PKCS #1 v1.5 or ECDSA, with SHA-256, SHA-384 or SHA-512";
    struct bytes digest_oid = { NULL, 0 }, signature_oid = { NULL, 0 };
    struct signature_row row;
    mbedtls_md_type_t digest;

    if (!take_identifier(signer->digest_algorithm, &digest_oid) ||
        !find_digest(digest_oid, &digest))
        return refused(detail, digests, digest_oid);
    if (!take_identifier(signer->signature_algorithm, &signature_oid) ||
        !find_signature(signature_oid, &row))
        return refused(detail, signatures, signature_oid);
    if (row.digest != MBEDTLS_MD_NONE && row.digest != digest) {
        text_add(detail, "the signature algorithm ");
        der_add_oid(detail, signature_oid);
        text_add(detail, " has another digest than ");
        der_add_oid(detail, digest_oid);
        return STATUS_SIGNATURE_ALGORITHM;
    }
    *ret_algorithm = (struct cms_algorithm){ .digest = digest, .key = row.key };
    return STATUS_OK;
}
