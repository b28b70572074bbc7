/*
 * The PE section that makes a loader trust: its anchors and its policy. `make trust` puts it
 * into the unsigned EFI file; the signature for Secure Boot then covers it. The section:
 *
 *     offset  bytes
 *     0       8      "PBTRUST1"
 *     8       4      size of the policy's text in bytes, little-endian
 *     12      4      size of the anchors in bytes, little-endian
 *     16             the policy's text (policy.h)
 *     behind         the anchors: X.509 certificates in DER, one directly behind the other
 *     behind         zeros up to the section's end, if anything
 */
#ifndef PAYLOAD_TRUST_SECTION_H
#define PAYLOAD_TRUST_SECTION_H

#include "bytes.h"
#include "policy.h"
#include "status.h"
#include "text.h"

#define TRUST_SECTION_NAME       ".pbtrust"
#define TRUST_SECTION_MAX_BYTES  (128 * 1024)
#define TRUST_SECTION_HEAD_BYTES 16
#define TRUST_POLICY_MAX_BYTES   (32 * 1024)
#define TRUST_ANCHORS_MAX        16

/* Points into the section. */
struct trust {
    struct policy policy;
    struct bytes policy_text; /* as it stands in the section: what is measured */
    struct bytes anchors;     /* DER certificates, 1 to TRUST_ANCHORS_MAX */
};

/* How a PE image lies in memory. */
enum trust_layout {
    TRUST_LAYOUT_FILE,   /* as on disk */
    TRUST_LAYOUT_LOADED, /* sections at their virtual addresses, as LoadedImage has it */
};

/*
 * Finds the section. image: the file, or ImageBase and ImageSize of the loaded image; every
 * header is checked against its size. *ret_section is empty when there is no such section:
 * then there are no anchors. It points into image and outlives nothing of it.
 * STATUS_TRUST_SECTION: the image can't be read, there are two such sections, or one is empty or
 *                       reaches beyond the image. This never means "no anchors".
 */
enum status trust_section_find(struct bytes image, enum trust_layout layout, struct text *detail,
                               struct bytes *ret_section);

/*
 * Reads the section and checks the policy and every anchor. section: of trust_section_find, not
 * empty; must outlive ret_trust.
 * STATUS_TRUST_SECTION, STATUS_POLICY_BAD, STATUS_TRUST_ANCHOR (an anchor that is no CA, or has a
 * key, algorithm or extension that is not accepted), STATUS_OUT_OF_MEMORY.
 */
enum status trust_read(struct bytes section, struct text *detail, struct trust *ret_trust);

/*
 * Writes a section for anchors (DER, one behind the other) and a policy, which are not
 * checked: trust_read does that with the result. *ret_size_bytes: how much of to was used.
 * STATUS_TRUST_SECTION: too long, or to is too small.
 */
enum status trust_section_write(struct bytes policy_text, struct bytes anchors, struct buffer to,
                                struct text *detail, size_t *ret_size_bytes);

#endif
