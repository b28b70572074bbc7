/*
 * Reads CMS SignedData (RFC 5652) with detached content in DER, as written by
 *
 *     openssl cms -sign -binary -noattr -in FILE -signer C -inkey K -certfile CHAIN -outform DER
 *
 * and the same without -noattr. Only the structure is read here; nothing is verified.
 */
#ifndef PAYLOAD_CMS_H
#define PAYLOAD_CMS_H

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "bytes.h"
#include "status.h"
#include "text.h"

/* Largest signature file, in bytes. */
#define CMS_MAX_BYTES        (64 * 1024)
#define CMS_CERTIFICATES_MAX 16
#define CMS_SIGNERS_MAX      8

/* Everything points into the signature's bytes. */
struct cms_signer {
    /* Which certificate: either issuer (the whole Name, DER) and serial (an INTEGER's
     * contents), or, when issuer is empty, the subject key identifier. */
    struct bytes issuer;
    struct bytes serial;
    struct bytes key_identifier;
    /* The contents of two AlgorithmIdentifiers: see cms_signer_algorithm. */
    struct bytes digest_algorithm;
    struct bytes signature_algorithm;
    /* The whole signedAttrs, and the message digest in them; both empty without signed
     * attributes. What is signed are then these bytes with DER_SET in place of the first one
     * (RFC 5652 section 5.4), else the content itself. */
    struct bytes attributes;
    struct bytes message_digest;
    struct bytes signature;
};

struct cms {
    struct bytes certificates[CMS_CERTIFICATES_MAX]; /* each a whole DER object; unchecked */
    size_t certificates_count;
    struct cms_signer signers[CMS_SIGNERS_MAX];
    size_t signers_count; /* 1 or more */
};

struct cms_algorithm {
    mbedtls_md_type_t digest; /* SHA-256, SHA-384 or SHA-512 */
    mbedtls_pk_type_t key;    /* MBEDTLS_PK_RSA (PKCS #1 v1.5) or MBEDTLS_PK_ECKEY */
};

/*
 * der: untrusted, must outlive ret_cms. Exactly one object, definite and minimal lengths.
 * STATUS_SIGNATURE_TOO_LONG    more than CMS_MAX_BYTES, or more certificates or signers than fit
 * STATUS_SIGNATURE_MALFORMED   not DER, not SignedData, bytes behind its end
 * STATUS_SIGNATURE_ATTACHED    the content is inside
 * STATUS_SIGNATURE_ATTRIBUTES  signed attributes that don't say what RFC 5652 requires
 */
enum status cms_read(struct bytes der, struct text *detail, struct cms *ret_cms);

/*
 * Apart from cms_read, so that one signer with an algorithm of the future does not make the
 * others' signatures useless.
 * STATUS_SIGNATURE_ALGORITHM   one that is not accepted (SHA-1, PSS, ...), or two digests that
 *                              contradict each other
 */
enum status cms_signer_algorithm(const struct cms_signer *signer, struct text *detail,
                                 struct cms_algorithm *ret_algorithm);

#endif
