/*
 * Whether a file is signed by whom the trust section trusts: detached CMS signatures (cms.h),
 * X.509 paths to an anchor (certificate-path.h), a threshold of different keys.
 */
#ifndef PAYLOAD_SIGNATURE_H
#define PAYLOAD_SIGNATURE_H

#include "bytes.h"
#include "cms.h"
#include "sha256-value.h"
#include "status.h"
#include "text.h"
#include "trust-section.h"

/* How much of a signer's subject is kept for people. */
#define SIGNATURE_SUBJECT_BYTES 256

struct signature_request {
    struct bytes content;   /* untrusted: what must be signed, all of it */
    struct bytes signature; /* untrusted: the DER file, all of it */
    const struct trust *trust;
    int64_t now_utc_s; /* the clock's time (utc.h), or UTC_UNKNOWN */
};

struct signature_signer {
    char subject_memory[SIGNATURE_SUBJECT_BYTES];
    size_t subject_bytes;      /* harmless text: "CN=..., O=..." */
    struct sha256 certificate; /* the certificate's fingerprint */
    struct sha256 key;         /* of its SubjectPublicKeyInfo: what revoked-key names */
};

struct signature_result {
    struct signature_signer signers[CMS_SIGNERS_MAX]; /* with different keys, all valid */
    size_t signers_count;                             /* the policy's threshold or more */
    bool validity_ignored; /* the clock is absurd and the policy says ignore */
};

/*
 * OK only when policy.threshold signers with different keys have signed exactly this content,
 * each with a certificate that has a path to an anchor, is valid now, is not revoked and is
 * meant for code signing. Signers beyond the threshold may fail (keys change one after the
 * other). With no good signer at all the status is that of the first one:
 * STATUS_SIGNATURE_MALFORMED, _TOO_LONG, _ATTACHED, _ALGORITHM, _ATTRIBUTES: it can't be used
 * STATUS_SIGNATURE_CERTIFICATE  the signer's certificate is not there, or is ambiguous
 * STATUS_SIGNATURE_WRONG        it is not a signature of this content by that key
 * STATUS_SIGNATURE_THRESHOLD    some are good, but fewer than needed
 * STATUS_CERTIFICATE_*          see certificate-path.h
 * STATUS_CLOCK_ABSURD           the clock is before any anchor's time, and the policy refuses;
 *                               detail shows both times
 * STATUS_OUT_OF_MEMORY
 */
enum status signature_verify(const struct signature_request *request, struct text *detail,
                             struct signature_result *ret_result);

/*
 * Whether a clock can't be right: unknown, or before the first day of every anchor. Then
 * nothing may be compared with it (not an entry's `expires` either).
 * STATUS_CERTIFICATE_* or STATUS_OUT_OF_MEMORY when anchors can't be read, which trust_read
 * would have said before; *ret_earliest_utc_s gets the first day.
 */
enum status signature_check_clock(const struct trust *trust, int64_t now_utc_s, struct text *detail,
                                  bool *ret_absurd, int64_t *ret_earliest_utc_s);

#endif
