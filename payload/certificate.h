/*
 * X.509 certificates (RFC 5280) as mbedTLS reads them, with what it leaves open decided: which
 * keys and algorithms are accepted, what a certificate may be used for, and sentences for all
 * that is wrong. Accepted: RSA of 2048 to 4096 bits (PKCS #1 v1.5), ECDSA on P-256 and P-384,
 * SHA-256, SHA-384 and SHA-512.
 */
#ifndef PAYLOAD_CERTIFICATE_H
#define PAYLOAD_CERTIFICATE_H

#include <mbedtls/x509_crt.h>

#include "bytes.h"
#include "sha256-value.h"
#include "status.h"
#include "text.h"

#define CERTIFICATE_RSA_MIN_BITS 2048
#define CERTIFICATE_RSA_MAX_BITS 4096
#define CERTIFICATE_LIST_MAX     16

/* Large: it lives in mbedTLS's memory (certificate_list_new), not on the stack. */
struct certificate_list {
    mbedtls_x509_crt items[CERTIFICATE_LIST_MAX];
    size_t count;
};

/* NULL when there is not enough memory; else empty, for certificate_list_free. */
struct certificate_list *certificate_list_new(void);

/* Frees the list and all certificates in it; NULL does nothing. */
void certificate_list_free(struct certificate_list *list);

/*
 * Adds a certificate to a list with room for it. der: untrusted, exactly one certificate, must
 * outlive the list. Without STATUS_OK the list is as before.
 * STATUS_CERTIFICATE_MALFORMED   not X.509 in DER
 * STATUS_CERTIFICATE_ALGORITHM   its key, or what it is signed with, is not accepted
 * STATUS_CERTIFICATE_EXTENSION   a critical extension that is not known, or name constraints,
 *                                which would not be honoured
 * STATUS_OUT_OF_MEMORY
 */
enum status certificate_list_add(struct certificate_list *list, struct bytes der,
                                 struct text *detail);

/* Whether mbedTLS's error (negative) says that there is not enough memory. */
bool certificate_error_is_memory(int error);

/* Adds the subject for people: CN='worker signing', O='Example'. Untrusted text is quoted. */
void certificate_add_subject(struct text *text, const mbedtls_x509_crt *certificate);
/* The same of the issuer. */
void certificate_add_issuer(struct text *text, const mbedtls_x509_crt *certificate);

/*
 * now_utc_s: see utc.h, not UTC_UNKNOWN. detail shows both times.
 * STATUS_CERTIFICATE_EXPIRED, STATUS_CERTIFICATE_NOT_YET_VALID
 */
enum status certificate_check_validity(const mbedtls_x509_crt *certificate, int64_t now_utc_s,
                                       struct text *detail);

/* The first second of its validity. */
int64_t certificate_valid_from_utc_s(const mbedtls_x509_crt *certificate);

/* STATUS_CERTIFICATE_USAGE: not keyUsage digitalSignature and extendedKeyUsage codeSigning. */
enum status certificate_check_signs_code(const mbedtls_x509_crt *certificate, struct text *detail);

/* STATUS_CERTIFICATE_USAGE: no CA, or one whose keyUsage or extendedKeyUsage excludes issuing
 * certificates that sign code. */
enum status certificate_check_issues(const mbedtls_x509_crt *certificate, struct text *detail);

/* The SHA-256 of the certificate (its fingerprint) and of its SubjectPublicKeyInfo. */
void certificate_fingerprint(const mbedtls_x509_crt *certificate, struct sha256 *ret_digest);
void certificate_key_digest(const mbedtls_x509_crt *certificate, struct sha256 *ret_digest);

/* Whether both hold the same public key, however it is encoded. */
bool certificate_same_key(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b);

static inline struct bytes certificate_bytes(mbedtls_x509_buf buffer)
{
    return (struct bytes){ buffer.p, buffer.len };
}

#endif
