/*
 * Looks for a path of certificates from a signer to an anchor (RFC 5280 section 6) and has
 * mbedTLS verify it.
 */
#ifndef PAYLOAD_CERTIFICATE_PATH_H
#define PAYLOAD_CERTIFICATE_PATH_H

#include "certificate.h"
#include "policy.h"

/* Most certificates between the signer and the anchor. */
#define CERTIFICATE_PATH_MAX_BETWEEN 6
/* So many paths that fit by their names are verified, and so many certificates are tried for
 * them, before the search is given up: certificates that name each other in circles would keep
 * it busy for long. */
#define CERTIFICATE_PATH_MAX_TRIES 16
#define CERTIFICATE_PATH_MAX_STEPS 256

struct path_request {
    mbedtls_x509_crt *signer;         /* a member of others */
    struct certificate_list *others;  /* untrusted: what came with the signature */
    struct certificate_list *anchors; /* trusted, 1 or more */
    const struct policy *policy;      /* for the revoked keys */
    bool validity_ignored;            /* an absurd clock, and the policy says so */
    int64_t now_utc_s;                /* see utc.h */
};

/*
 * OK when one path ends at an anchor, every signature in it is good, every certificate in it (the
 * anchor too) is valid now and has no revoked key, the signer's is meant for signing code and
 * all others for issuing such certificates. Otherwise the failure of the first path that has a
 * more precise one than "untrusted"; detail names the certificate:
 * STATUS_CERTIFICATE_UNTRUSTED      no path: an issuer is missing, or did not sign
 * STATUS_CERTIFICATE_USAGE, _REVOKED, _EXPIRED, _NOT_YET_VALID, _ALGORITHM
 * STATUS_OUT_OF_MEMORY
 * The lists' certificates are linked to each other during the call only.
 */
enum status certificate_path_verify(const struct path_request *request, struct text *detail);

#endif
