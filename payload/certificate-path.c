#include "certificate-path.h"

/* Signer, what is between, anchor. */
#define PATH_CERTIFICATES (CERTIFICATE_PATH_MAX_BETWEEN + 2)

struct search {
    const struct path_request *request;
    mbedtls_x509_crt *path[PATH_CERTIFICATES]; /* from the signer upwards */
    size_t length;
    unsigned int tries;
    unsigned int steps;
    enum status best; /* why the path that came furthest failed; OK: there was none */
    struct text *detail;
};

static const mbedtls_x509_crt_profile profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) |
                   MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
                   MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSA) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) |
                   MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) |
                      MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
    .rsa_min_bitlen = CERTIFICATE_RSA_MIN_BITS,
};

static bool issued(const mbedtls_x509_crt *issuer, const mbedtls_x509_crt *certificate)
{
    return bytes_equal(certificate_bytes(issuer->subject_raw),
                       certificate_bytes(certificate->issuer_raw));
}

static bool same_certificate(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b)
{
    return bytes_equal(certificate_bytes(a->raw), certificate_bytes(b->raw));
}

static bool is_anchor(const struct search *search, const mbedtls_x509_crt *certificate)
{
    const struct certificate_list *anchors = search->request->anchors;

    for (size_t i = 0; i < anchors->count; i++)
        if (same_certificate(&anchors->items[i], certificate))
            return true;
    return false;
}

static enum status check_revoked(const struct policy *policy, const mbedtls_x509_crt *certificate,
                                 struct text *detail)
{
    struct sha256 digest;

    certificate_key_digest(certificate, &digest);
    for (size_t i = 0; i < policy->revoked_keys_count; i++)
        if (memcmp(&policy->revoked_keys[i], &digest, sizeof(digest)) == 0) {
            text_add(detail, "the policy revokes the key of ");
            certificate_add_subject(detail, certificate);
            return STATUS_CERTIFICATE_REVOKED;
        }
    return STATUS_OK;
}

/* What the path's certificates say of themselves, from the signer upwards. */
static enum status check_statements(const struct search *search, struct text *detail)
{
    const struct path_request *request = search->request;
    enum status st;

    for (size_t i = 0; i < search->length; i++) {
        const mbedtls_x509_crt *certificate = search->path[i];

        if ((st = check_revoked(request->policy, certificate, detail)))
            return st;
        if (!request->validity_ignored &&
            (st = certificate_check_validity(certificate, request->now_utc_s, detail)))
            return st;
    }
    return certificate_check_signs_code(search->path[0], detail);
}

/* mbedTLS looks at this as well, but only says that it found no issuer. */
static enum status check_issuers(const struct search *search, struct text *detail)
{
    enum status st;

    for (size_t i = 1; i < search->length; i++)
        if ((st = certificate_check_issues(search->path[i], detail)))
            return st;
    return STATUS_OK;
}

/* mbedTLS does not say whose signature it was that is not good. */
static enum status check_signatures(struct search *search, struct text *detail)
{
    size_t last = search->length - 1;
    uint32_t flags = 0;
    int error;

    /* It only finds an issuer that comes later in the list. */
    for (size_t i = 0; i < last; i++)
        search->path[i]->next = i + 1 < last ? search->path[i + 1] : NULL;
    search->path[last]->next = NULL;

    error = mbedtls_x509_crt_verify_with_profile(search->path[0], search->path[last], NULL,
                                                 &profile, NULL, &flags, NULL, NULL);
    for (size_t i = 0; i < last; i++)
        search->path[i]->next = NULL;

    if (error == 0 && flags == 0)
        return STATUS_OK;
    if (certificate_error_is_memory(error))
        return STATUS_OUT_OF_MEMORY;
    if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED &&
        !(flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)) {
        text_add(detail, "in the path of ");
        certificate_add_subject(detail, search->path[0]);
        return STATUS_CERTIFICATE_ALGORITHM;
    }
    text_add(detail, "the path of ");
    certificate_add_subject(detail, search->path[0]);
    text_add(detail, " to ");
    certificate_add_subject(detail, search->path[last]);
    text_add(detail, " fits by its names, but not by its signatures or path lengths");
    return STATUS_CERTIFICATE_UNTRUSTED;
}

/* The path is complete. OK: it is good. */
static enum status try_path(struct search *search)
{
    char memory[512];
    struct text detail = TEXT(memory);
    enum status st;

    search->tries++;
    if ((st = check_issuers(search, &detail)) == STATUS_OK &&
        (st = check_signatures(search, &detail)) == STATUS_OK)
        st = check_statements(search, &detail);
    /* "Untrusted" is what remains when no path has anything more precise to say. */
    if (st && (search->best == STATUS_OK || search->best == STATUS_CERTIFICATE_UNTRUSTED)) {
        search->best = st;
        text_clear(search->detail);
        text_add_bytes(search->detail, text_bytes(&detail));
    }
    return st;
}

static bool is_in_path(const struct search *search, const mbedtls_x509_crt *certificate)
{
    for (size_t i = 0; i < search->length; i++)
        if (same_certificate(search->path[i], certificate))
            return true;
    return false;
}

static bool is_over(const struct search *search)
{
    return search->tries >= CERTIFICATE_PATH_MAX_TRIES ||
           search->steps >= CERTIFICATE_PATH_MAX_STEPS;
}

/* Puts each anchor that can be above the path's last certificate on top and tries that. */
static bool ends_at_anchor(struct search *search)
{
    struct certificate_list *anchors = search->request->anchors;
    mbedtls_x509_crt *last = search->path[search->length - 1];
    bool good = false;

    for (size_t i = 0; i < anchors->count && !good && !is_over(search); i++) {
        if (!issued(&anchors->items[i], last))
            continue;
        search->path[search->length++] = &anchors->items[i];
        good = try_path(search) == STATUS_OK;
        search->length--;
    }
    return good;
}

/* Extends the path upwards, depth first; no deeper than PATH_CERTIFICATES. */
static bool extend(struct search *search)
{
    struct certificate_list *others = search->request->others;
    mbedtls_x509_crt *last = search->path[search->length - 1];

    if (ends_at_anchor(search))
        return true;
    if (search->length == PATH_CERTIFICATES - 1)
        return false;
    for (size_t i = 0; i < others->count && !is_over(search); i++) {
        mbedtls_x509_crt *next = &others->items[i];

        search->steps++;
        if (!issued(next, last) || is_in_path(search, next) || is_anchor(search, next))
            continue;
        search->path[search->length++] = next;
        if (extend(search))
            return true;
        search->length--;
    }
    return false;
}

enum status certificate_path_verify(const struct path_request *request, struct text *detail)
{
    struct search search = {
        .request = request,
        .path = { request->signer },
        .length = 1,
        .detail = detail,
    };

    if (extend(&search)) {
        text_clear(detail);
        return STATUS_OK;
    }
    if (search.best)
        return search.best;
    if (issued(request->signer, request->signer)) {
        certificate_add_subject(detail, request->signer);
        text_add(detail, " is self-signed and not an anchor");
        return STATUS_CERTIFICATE_UNTRUSTED;
    }
    text_add(detail, "no path from ");
    certificate_add_subject(detail, request->signer);
    text_add(detail, " to an anchor: the certificate of its issuer, ");
    certificate_add_issuer(detail, request->signer);
    text_add(detail, ", or of one above is missing");
    return STATUS_CERTIFICATE_UNTRUSTED;
}
