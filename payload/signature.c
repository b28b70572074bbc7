#include "signature.h"

#include <mbedtls/platform.h>

#include "certificate-path.h"
#include "der.h"
#include "utc.h"

/* Room for a sentence about a certificate or a signer that is passed over. */
#define REASON_BYTES 320

/* Why something was passed over: it is only told when it turns out to have been needed. */
struct reason {
    enum status st; /* OK: none */
    char memory[REASON_BYTES];
    struct text text;
};

struct verification {
    const struct signature_request *request;
    struct text *detail;
    struct cms cms;
    struct certificate_list *anchors;
    struct certificate_list *certificates; /* those of the signature that can be used */
    struct reason unusable;                /* the first certificate that can't */
    bool validity_ignored;
    /* Of the signers in the result, in the same order. */
    const mbedtls_x509_crt *counted[CMS_SIGNERS_MAX];
};

/* Keeps the first. */
static void reason_keep(struct reason *reason, enum status st, const struct text *sentence)
{
    if (reason->st)
        return;
    reason->st = st;
    reason->text = TEXT(reason->memory);
    text_add_bytes(&reason->text, text_bytes(sentence));
}

/* Reads the anchors, which trust_read has checked. */
static enum status read_anchors(const struct trust *trust, struct text *detail,
                                struct certificate_list **ret_anchors)
{
    struct bytes rest = trust->anchors;
    struct certificate_list *anchors = certificate_list_new();
    struct der anchor;
    enum status st = anchors ? STATUS_OK : STATUS_OUT_OF_MEMORY;

    while (st == STATUS_OK && rest.size > 0) {
        if (!der_take(&rest, DER_SEQUENCE, &anchor) || anchors->count == CERTIFICATE_LIST_MAX) {
            text_add(detail, "the anchors were not checked");
            st = STATUS_TRUST_ANCHOR;
        } else {
            st = certificate_list_add(anchors, anchor.whole, detail);
        }
    }
    if (st) {
        certificate_list_free(anchors);
        return st;
    }
    *ret_anchors = anchors;
    return STATUS_OK;
}

static bool clock_is_absurd(const struct certificate_list *anchors, int64_t now_utc_s,
                            int64_t *ret_earliest_utc_s)
{
    int64_t earliest_utc_s = INT64_MAX;

    for (size_t i = 0; i < anchors->count; i++) {
        int64_t from_utc_s = certificate_valid_from_utc_s(&anchors->items[i]);

        if (from_utc_s < earliest_utc_s)
            earliest_utc_s = from_utc_s;
    }
    *ret_earliest_utc_s = earliest_utc_s;
    return now_utc_s == UTC_UNKNOWN || now_utc_s < earliest_utc_s;
}

enum status signature_check_clock(const struct trust *trust, int64_t now_utc_s, struct text *detail,
                                  bool *ret_absurd, int64_t *ret_earliest_utc_s)
{
    struct certificate_list *anchors;
    enum status st;

    if ((st = read_anchors(trust, detail, &anchors)))
        return st;
    *ret_absurd = clock_is_absurd(anchors, now_utc_s, ret_earliest_utc_s);
    certificate_list_free(anchors);
    return STATUS_OK;
}

static enum status judge_clock(struct verification *v)
{
    int64_t now_utc_s = v->request->now_utc_s, earliest_utc_s;

    if (!clock_is_absurd(v->anchors, now_utc_s, &earliest_utc_s))
        return STATUS_OK;
    if (v->request->trust->policy.absurd_clock_ignored) {
        v->validity_ignored = true;
        return STATUS_OK;
    }
    text_add(v->detail, "expected a time from ");
    utc_add(v->detail, earliest_utc_s);
    text_add(v->detail, " on, when the first anchor became valid; the clock says ");
    utc_add(v->detail, now_utc_s);
    return STATUS_CLOCK_ABSURD;
}

static bool is_duplicate(const struct certificate_list *list, struct bytes der)
{
    for (size_t i = 0; i < list->count; i++)
        if (bytes_equal(certificate_bytes(list->items[i].raw), der))
            return true;
    return false;
}

/* What can't be used is passed over: a signer next to ours may be ahead of us. */
static enum status read_certificates(struct verification *v)
{
    for (size_t i = 0; i < v->cms.certificates_count; i++) {
        char memory[REASON_BYTES];
        struct text detail = TEXT(memory);
        enum status st;

        if (is_duplicate(v->certificates, v->cms.certificates[i]))
            continue;
        text_add(&detail, "certificate ");
        text_add_u64(&detail, i + 1);
        text_add(&detail, " of the signature: ");
        st = certificate_list_add(v->certificates, v->cms.certificates[i], &detail);
        if (st == STATUS_OUT_OF_MEMORY)
            return st;
        if (st)
            reason_keep(&v->unusable, st, &detail);
    }
    return STATUS_OK;
}

/* The certificate that a signer means, by issuer and serial number or by its key's name. */
static bool is_meant(const struct cms_signer *signer, const mbedtls_x509_crt *certificate)
{
    if (signer->issuer.size > 0)
        return bytes_equal(signer->issuer, certificate_bytes(certificate->issuer_raw)) &&
               bytes_equal(signer->serial, certificate_bytes(certificate->serial));
    return certificate->subject_key_id.len > 0 &&
           bytes_equal(signer->key_identifier, certificate_bytes(certificate->subject_key_id));
}

static enum status find_certificate(struct verification *v, const struct cms_signer *signer,
                                    struct text *detail, mbedtls_x509_crt **ret_certificate)
{
    mbedtls_x509_crt *found = NULL;

    for (size_t i = 0; i < v->certificates->count; i++) {
        if (!is_meant(signer, &v->certificates->items[i]))
            continue;
        if (found) {
            text_add(detail, "two different certificates have the issuer and serial number, or "
                             "the key identifier, of the signer's: ");
            certificate_add_subject(detail, found);
            text_add(detail, " and ");
            certificate_add_subject(detail, &v->certificates->items[i]);
            return STATUS_SIGNATURE_CERTIFICATE;
        }
        found = &v->certificates->items[i];
    }
    if (!found && v->unusable.st) {
        text_add_bytes(detail, text_bytes(&v->unusable.text));
        return v->unusable.st;
    }
    if (!found) {
        text_add(detail, "the certificate that the signer names is not among the ");
        text_add_u64(detail, v->cms.certificates_count);
        text_add(detail, " in the signature");
        return STATUS_SIGNATURE_CERTIFICATE;
    }
    *ret_certificate = found;
    return STATUS_OK;
}

static enum status not_computed(struct text *detail)
{
    text_add(detail, "the digest could not be computed");
    return STATUS_SIGNATURE_ALGORITHM;
}

/* The digest of what the signature is over: the content, or the attributes that name it. */
static enum status digest_signed(const struct verification *v, const struct cms_signer *signer,
                                 const mbedtls_md_info_t *md, struct text *detail,
                                 uint8_t digest[MBEDTLS_MD_MAX_SIZE])
{
    struct bytes content = v->request->content;
    const uint8_t set_of = DER_SET;
    mbedtls_md_context_t context;
    int error;

    if (mbedtls_md(md, content.data, content.size, digest) != 0)
        return not_computed(detail);
    if (signer->attributes.size == 0)
        return STATUS_OK;
    if (!bytes_equal(signer->message_digest, (struct bytes){ digest, mbedtls_md_get_size(md) })) {
        text_add(detail, "the message digest in the signed attributes is that of another file");
        return STATUS_SIGNATURE_WRONG;
    }

    mbedtls_md_init(&context);
    if ((error = mbedtls_md_setup(&context, md, 0)) == 0 &&
        (error = mbedtls_md_starts(&context)) == 0 &&
        (error = mbedtls_md_update(&context, &set_of, 1)) == 0 &&
        (error = mbedtls_md_update(&context, signer->attributes.data + 1,
                                   signer->attributes.size - 1)) == 0)
        error = mbedtls_md_finish(&context, digest);
    mbedtls_md_free(&context);
    if (error)
        return certificate_error_is_memory(error) ? STATUS_OUT_OF_MEMORY : not_computed(detail);
    return STATUS_OK;
}

static enum status check_signature(const struct verification *v, const struct cms_signer *signer,
                                   mbedtls_x509_crt *certificate, struct text *detail)
{
    uint8_t digest[MBEDTLS_MD_MAX_SIZE];
    struct cms_algorithm algorithm;
    const mbedtls_md_info_t *md;
    int error;
    enum status st;

    if ((st = cms_signer_algorithm(signer, detail, &algorithm)))
        return st;
    if (mbedtls_pk_get_type(&certificate->pk) != algorithm.key) {
        text_add(detail, "the signature algorithm is not for the kind of key of ");
        certificate_add_subject(detail, certificate);
        return STATUS_SIGNATURE_ALGORITHM;
    }
    md = mbedtls_md_info_from_type(algorithm.digest);
    if (!md)
        return not_computed(detail);
    if ((st = digest_signed(v, signer, md, detail, digest)))
        return st;

    /* mbedTLS is less strict about the form of what it reads. */
    if (algorithm.key == MBEDTLS_PK_ECKEY && !der_is_ecdsa_signature(signer->signature)) {
        text_add(detail, "the ECDSA signature is not two numbers in DER");
        return STATUS_SIGNATURE_WRONG;
    }
    error = mbedtls_pk_verify(&certificate->pk, algorithm.digest, digest, mbedtls_md_get_size(md),
                              signer->signature.data, signer->signature.size);
    if (error) {
        if (certificate_error_is_memory(error))
            return STATUS_OUT_OF_MEMORY;
        text_add(detail, "the key of ");
        certificate_add_subject(detail, certificate);
        text_add(detail, " did not sign these ");
        text_add_u64(detail, v->request->content.size);
        text_add(detail, " bytes");
        return STATUS_SIGNATURE_WRONG;
    }
    return STATUS_OK;
}

static enum status check_signer(struct verification *v, const struct cms_signer *signer,
                                struct text *detail, mbedtls_x509_crt **ret_certificate)
{
    struct path_request path = {
        .others = v->certificates,
        .anchors = v->anchors,
        .policy = &v->request->trust->policy,
        .validity_ignored = v->validity_ignored,
        .now_utc_s = v->request->now_utc_s,
    };
    enum status st;

    if ((st = find_certificate(v, signer, detail, &path.signer)) ||
        (st = check_signature(v, signer, path.signer, detail)))
        return st;
    st = certificate_path_verify(&path, detail);
    /* What is missing in the path may be what had to be passed over. */
    if (st == STATUS_CERTIFICATE_UNTRUSTED && v->unusable.st) {
        text_clear(detail);
        text_add_bytes(detail, text_bytes(&v->unusable.text));
        return v->unusable.st;
    }
    *ret_certificate = path.signer;
    return st;
}

static void count_signer(struct verification *v, const mbedtls_x509_crt *certificate,
                         struct signature_result *result)
{
    struct signature_signer *signer = &result->signers[result->signers_count];
    struct text subject = TEXT(signer->subject_memory);

    for (size_t i = 0; i < result->signers_count; i++)
        if (certificate_same_key(v->counted[i], certificate))
            return;
    certificate_add_subject(&subject, certificate);
    signer->subject_bytes = subject.size;
    certificate_fingerprint(certificate, &signer->certificate);
    certificate_key_digest(certificate, &signer->key);
    v->counted[result->signers_count++] = certificate;
}

static enum status check_threshold(const struct verification *v, const struct reason *failed,
                                   const struct signature_result *result)
{
    uint8_t threshold = v->request->trust->policy.threshold;

    if (result->signers_count >= threshold)
        return STATUS_OK;
    if (result->signers_count == 0) {
        text_add_bytes(v->detail, text_bytes(&failed->text));
        return failed->st;
    }
    text_add(v->detail, "expected ");
    text_add_u64(v->detail, threshold);
    text_add(v->detail, ", found ");
    text_add_u64(v->detail, result->signers_count);
    if (failed->st) {
        text_add(v->detail, " and one that does not count: ");
        text_add(v->detail, status_sentence(failed->st));
        text_add(v->detail, ": ");
        text_add_bytes(v->detail, text_bytes(&failed->text));
    }
    return STATUS_SIGNATURE_THRESHOLD;
}

static enum status check_signers(struct verification *v, struct signature_result *result)
{
    struct reason failed = { 0 };

    for (size_t i = 0; i < v->cms.signers_count; i++) {
        char memory[REASON_BYTES];
        struct text detail = TEXT(memory);
        mbedtls_x509_crt *certificate;
        enum status st = check_signer(v, &v->cms.signers[i], &detail, &certificate);

        if (st == STATUS_OUT_OF_MEMORY)
            return st;
        if (st)
            reason_keep(&failed, st, &detail);
        else
            count_signer(v, certificate, result);
    }
    return check_threshold(v, &failed, result);
}

static enum status verify(struct verification *v, struct signature_result *result)
{
    enum status st;

    if ((st = cms_read(v->request->signature, v->detail, &v->cms)) ||
        (st = read_anchors(v->request->trust, v->detail, &v->anchors)) || (st = judge_clock(v)))
        return st;
    v->certificates = certificate_list_new();
    if (!v->certificates)
        return STATUS_OUT_OF_MEMORY;
    if ((st = read_certificates(v)) || (st = check_signers(v, result)))
        return st;
    result->validity_ignored = v->validity_ignored;
    return STATUS_OK;
}

enum status signature_verify(const struct signature_request *request, struct text *detail,
                             struct signature_result *ret_result)
{
    struct signature_result result = { 0 };
    struct verification *v = mbedtls_calloc(1, sizeof(*v));
    enum status st;

    if (!v)
        return STATUS_OUT_OF_MEMORY;
    v->request = request;
    v->detail = detail;
    st = verify(v, &result);
    certificate_list_free(v->certificates);
    certificate_list_free(v->anchors);
    mbedtls_free(v);
    if (st == STATUS_OK)
        *ret_result = result;
    return st;
}
