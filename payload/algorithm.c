#include "algorithm.h"

#include <mbedtls/oid.h>

#include "der.h"

bool algorithm_find_digest(struct bytes oid, mbedtls_md_type_t *ret_digest)
{
    const struct {
        struct bytes oid;
        mbedtls_md_type_t digest;
    } rows[] = {
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

bool algorithm_find_signature(struct bytes oid, struct algorithm *ret_algorithm)
{
    const struct {
        struct bytes oid;
        struct algorithm algorithm;
    } rows[] = {
        { BYTES(MBEDTLS_OID_PKCS1_RSA), { MBEDTLS_PK_RSA, MBEDTLS_MD_NONE } },
        { BYTES(MBEDTLS_OID_PKCS1_SHA256), { MBEDTLS_PK_RSA, MBEDTLS_MD_SHA256 } },
        { BYTES(MBEDTLS_OID_PKCS1_SHA384), { MBEDTLS_PK_RSA, MBEDTLS_MD_SHA384 } },
        { BYTES(MBEDTLS_OID_PKCS1_SHA512), { MBEDTLS_PK_RSA, MBEDTLS_MD_SHA512 } },
        { BYTES(MBEDTLS_OID_ECDSA_SHA256), { MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA256 } },
        { BYTES(MBEDTLS_OID_ECDSA_SHA384), { MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA384 } },
        { BYTES(MBEDTLS_OID_ECDSA_SHA512), { MBEDTLS_PK_ECKEY, MBEDTLS_MD_SHA512 } },
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (bytes_equal(oid, rows[i].oid)) {
            *ret_algorithm = rows[i].algorithm;
            return true;
        }
    return false;
}

void algorithm_add_name(struct text *text, struct bytes oid)
{
    /* Those that people sign with and that are not accepted. */
    const struct {
        struct bytes oid;
        const char *name;
    } rows[] = {
        { BYTES(MBEDTLS_OID_DIGEST_ALG_MD5), " (MD5)" },
        { BYTES(MBEDTLS_OID_DIGEST_ALG_SHA1), " (SHA-1)" },
        { BYTES(MBEDTLS_OID_DIGEST_ALG_SHA224), " (SHA-224)" },
        { BYTES(MBEDTLS_OID_PKCS1_MD5), " (RSA with MD5)" },
        { BYTES(MBEDTLS_OID_PKCS1_SHA1), " (RSA with SHA-1)" },
        { BYTES(MBEDTLS_OID_PKCS1_SHA224), " (RSA with SHA-224)" },
        { BYTES(MBEDTLS_OID_RSASSA_PSS), " (RSASSA-PSS)" },
        { BYTES(MBEDTLS_OID_ECDSA_SHA1), " (ECDSA with SHA-1)" },
        { BYTES(MBEDTLS_OID_ECDSA_SHA224), " (ECDSA with SHA-224)" },
        { BYTES("\x2b\x65\x70"), " (Ed25519)" },
        { BYTES("\x2b\x65\x71"), " (Ed448)" },
    };

    if (oid.size == 0) {
        text_add(text, "none");
        return;
    }
    der_add_oid(text, oid);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        if (bytes_equal(oid, rows[i].oid))
            text_add(text, rows[i].name);
}
