/*
 * Which algorithms signatures may use, by their OBJECT IDENTIFIERs: contents without the tag,
 * untrusted, may be empty. This does not depend on what of mbedTLS is compiled.
 */
#ifndef PAYLOAD_ALGORITHM_H
#define PAYLOAD_ALGORITHM_H

#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "bytes.h"
#include "text.h"

/* For sentences. */
#define ALGORITHM_DIGESTS    "SHA-256, SHA-384 or SHA-512"
#define ALGORITHM_SIGNATURES "RSA PKCS #1 v1.5 or ECDSA, with " ALGORITHM_DIGESTS

struct algorithm {
    mbedtls_pk_type_t key;    /* MBEDTLS_PK_RSA or MBEDTLS_PK_ECKEY */
    mbedtls_md_type_t digest; /* MBEDTLS_MD_NONE: rsaEncryption, which names none */
};

/* false: not one of ALGORITHM_DIGESTS */
bool algorithm_find_digest(struct bytes oid, mbedtls_md_type_t *ret_digest);

/* false: not one of ALGORITHM_SIGNATURES */
bool algorithm_find_signature(struct bytes oid, struct algorithm *ret_algorithm);

/* For people: "1.3.14.3.2.26 (SHA-1)" */
void algorithm_add_name(struct text *text, struct bytes oid);

#endif
