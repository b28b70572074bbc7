/* cms_read, and the algorithms of every signer that it finds. */
#include "fuzz.h"
#include "payload/cms.h"
#include "payload/der.h"

static void check_signer(const struct cms_signer *signer, struct bytes all)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct cms_algorithm algorithm;
    enum status st;

    require(inside(signer->issuer, all) && inside(signer->serial, all));
    require(inside(signer->key_identifier, all) && inside(signer->signature, all));
    require(signer->issuer.size == 0 || signer->key_identifier.size == 0);
    require(inside(signer->attributes, all) && inside(signer->message_digest, signer->attributes));
    require((signer->attributes.size == 0) == (signer->message_digest.size == 0));
    require(signer->attributes.size == 0 ||
            signer->attributes.data[0] == DER_CONTEXT_CONSTRUCTED(0));

    st = cms_signer_algorithm(signer, &detail, &algorithm);
    require(st == STATUS_OK || st == STATUS_SIGNATURE_ALGORITHM);
    require_detail(&detail, st != STATUS_OK);
    require(st || algorithm.key == MBEDTLS_PK_RSA || algorithm.key == MBEDTLS_PK_ECKEY);
    require(st || algorithm.digest == MBEDTLS_MD_SHA256 || algorithm.digest == MBEDTLS_MD_SHA384 ||
            algorithm.digest == MBEDTLS_MD_SHA512);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct bytes all = { data, size };
    struct cms cms;
    enum status st = cms_read(all, &detail, &cms);

    require(st == STATUS_OK || (st >= STATUS_SIGNATURE_MALFORMED && st <= STATUS_SIGNATURE_WRONG));
    require_detail(&detail, st != STATUS_OK);
    if (st)
        return 0;
    require(cms.certificates_count <= CMS_CERTIFICATES_MAX);
    for (size_t i = 0; i < cms.certificates_count; i++)
        require(cms.certificates[i].size > 0 && inside(cms.certificates[i], all));
    require(cms.signers_count >= 1 && cms.signers_count <= CMS_SIGNERS_MAX);
    for (size_t i = 0; i < cms.signers_count; i++)
        check_signer(&cms.signers[i], all);
    return 0;
}
