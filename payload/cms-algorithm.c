/* The part of cms.h that knows algorithms. */
#include "algorithm.h"
#include "cms.h"
#include "der.h"

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
    struct bytes digest_oid = { NULL, 0 }, signature_oid = { NULL, 0 };
    struct algorithm algorithm;
    mbedtls_md_type_t digest;

    if (!take_identifier(signer->digest_algorithm, &digest_oid) ||
        !algorithm_find_digest(digest_oid, &digest))
        return refused(detail, ALGORITHM_DIGESTS, digest_oid);
    if (!take_identifier(signer->signature_algorithm, &signature_oid) ||
        !algorithm_find_signature(signature_oid, &algorithm))
        return refused(detail, ALGORITHM_SIGNATURES, signature_oid);
    if (algorithm.digest != MBEDTLS_MD_NONE && algorithm.digest != digest) {
        text_add(detail, "the signature algorithm ");
        der_add_oid(detail, signature_oid);
        text_add(detail, " has another digest than ");
        der_add_oid(detail, digest_oid);
        return STATUS_SIGNATURE_ALGORITHM;
    }
    *ret_algorithm = (struct cms_algorithm){ .digest = digest, .key = algorithm.key };
    return STATUS_OK;
}
