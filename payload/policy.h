/*
 * The policy: what a loader with trust anchors insists on. It is a part of the trust section
 * (trust-section.h), so the Secure Boot signature of the loader covers it. Its text has the
 * form of an entry (entry.h): "key value" lines, '#' starts a comment line. Keys are strict:
 * an unknown one, one given twice, or a value that is not allowed is an error.
 *
 *     policy 1             first: the version of this format
 *     name NAME [LOWEST]   an entry that may boot; LOWEST: no rollback-index below boots,
 *                          whatever the variable store says (default 0); 1 to 32 of them
 *     threshold N          signers with different keys that an entry needs, 1 to 8 (1)
 *     allow KEY            a key of the iPXE line or a .conf that is taken from there, beside
 *                          those of policy_allows_key; `options` stands for the kernel
 *                          options behind " -- "; up to 32 of them
 *     absurd-clock VALUE   refuse (default): nothing boots when the clock is not set;
 *                          ignore: then the validity periods are not looked at
 *     expires VALUE        enforce: an entry needs `expires`, and the clock decides;
 *                          ignore (default): it is not, as the system can set the clock
 *     lost-floor VALUE     refuse (default) or continue, when the rollback floor can't be
 *                          read or raised
 *     tpm VALUE            require: a TPM that records is needed; auto (default)
 *     revoked-key SHA256   of a SubjectPublicKeyInfo (DER): certificates with this key are
 *                          refused wherever they stand in a path; up to 64 of them
 *
 * Revocation is by key, as the bytes of a certificate are not one of a kind: anyone can turn
 * its ECDSA signature (r, s) into another valid one (r, n - s) and so change its fingerprint.
 */
#ifndef PAYLOAD_POLICY_H
#define PAYLOAD_POLICY_H

#include "bytes.h"
#include "sha256-value.h"
#include "status.h"
#include "text.h"

#define POLICY_VERSION       1
#define POLICY_THRESHOLD_MAX 8
#define POLICY_NAMES_MAX     32
#define POLICY_ALLOWED_MAX   32
#define POLICY_REVOKED_MAX   64
/* Longest name of an entry, in bytes. */
#define POLICY_NAME_MAX_BYTES 64

struct policy_name {
    struct bytes name;
    uint64_t lowest_index;
};

struct policy {
    uint8_t threshold; /* 1 or more */
    bool absurd_clock_ignored;
    bool expires_enforced;
    bool lost_floor_continues;
    bool tpm_required;
    struct policy_name names[POLICY_NAMES_MAX];
    size_t names_count; /* 1 or more */
    struct bytes allowed[POLICY_ALLOWED_MAX];
    size_t allowed_count;
    struct sha256 revoked_keys[POLICY_REVOKED_MAX];
    size_t revoked_keys_count;
};

/*
 * text: untrusted; must outlive the policy, which points into it.
 * STATUS_POLICY_BAD: detail names the line, and expected and found.
 */
enum status policy_read(struct bytes text, struct text *detail, struct policy *ret_policy);

/*
 * Whether a text (untrusted) can be the name of an entry: 1 to POLICY_NAME_MAX_BYTES ASCII
 * letters, digits, '.', '_', '-', the first of them a letter or a digit.
 */
bool policy_is_name(struct bytes text);

/* NULL when an entry of that name (untrusted) may not boot; else a member of the policy. */
const struct policy_name *policy_find_name(const struct policy *policy, struct bytes name);

/*
 * Whether a key (untrusted) may come from the iPXE line or a .conf: those that can't change
 * what boots ("entry", "signature", "mirror" and the timeouts), and the policy's.
 */
bool policy_allows_key(const struct policy *policy, struct bytes key);

#endif
