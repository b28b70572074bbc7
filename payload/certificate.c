#include "certificate.h"

#include <mbedtls/oid.h>
#include <mbedtls/platform.h>
#include <mbedtls/sha256.h>

#include "algorithm.h"
#include "der.h"
#include "utc.h"

/* mbedTLS adds two error numbers up: of a module, and of what it called. */
#define ERROR_LOW(error)  ((-(error)) & 0x7f)
#define ERROR_HIGH(error) ((-(error)) & 0xff80)

/* Largest public key as certificate_same_key compares it: an RSA modulus. */
#define KEY_MAX_BYTES (CERTIFICATE_RSA_MAX_BITS / 8)

struct certificate_list *certificate_list_new(void)
{
    return mbedtls_calloc(1, sizeof(struct certificate_list));
}

void certificate_list_free(struct certificate_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++) {
        /* A path may have linked them, and mbedTLS would free the next one along. */
        list->items[i].next = NULL;
        mbedtls_x509_crt_free(&list->items[i]);
    }
    mbedtls_free(list);
}

bool certificate_error_is_memory(int error)
{
    return ERROR_LOW(error) == -MBEDTLS_ERR_ASN1_ALLOC_FAILED ||
           ERROR_LOW(error) == -MBEDTLS_ERR_MPI_ALLOC_FAILED ||
           ERROR_HIGH(error) == -MBEDTLS_ERR_X509_ALLOC_FAILED ||
           ERROR_HIGH(error) == -MBEDTLS_ERR_PK_ALLOC_FAILED ||
           ERROR_HIGH(error) == -MBEDTLS_ERR_ECP_ALLOC_FAILED ||
           ERROR_HIGH(error) == -MBEDTLS_ERR_MD_ALLOC_FAILED;
}

/* mbedTLS asks about each extension that it does not know. */
static int note_extension(void *context, mbedtls_x509_crt const *certificate,
                          mbedtls_x509_buf const *oid, int critical, const unsigned char *from,
                          const unsigned char *to)
{
    mbedtls_x509_buf *refused = context;

    (void)certificate;
    (void)from;
    (void)to;
    if (!critical && !bytes_equal(certificate_bytes(*oid), BYTES(MBEDTLS_OID_NAME_CONSTRAINTS)))
        return 0;
    *refused = *oid;
    return MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE;
}

/* What the certificate says it is signed with; empty when that is not where it belongs. It says
 * so twice, and mbedTLS makes sure that both are the same. */
static struct bytes signature_oid(struct bytes certificate)
{
    struct der whole, body, object, oid;

    if (der_take(&certificate, DER_SEQUENCE, &whole) &&
        der_take(&whole.content, DER_SEQUENCE, &body)) {
        /* Version 1 does not say its number. */
        der_take(&body.content, DER_CONTEXT_CONSTRUCTED(0), &object);
        if (der_take(&body.content, DER_INTEGER, &object) &&
            der_take(&body.content, DER_SEQUENCE, &object) &&
            der_take(&object.content, DER_OID, &oid))
            return oid.content;
    }
    return (struct bytes){ NULL, 0 };
}

static enum status wrong_algorithm(struct bytes oid, struct text *detail)
{
    text_add(detail, "expected a certificate signed with " ALGORITHM_SIGNATURES ", found ");
    algorithm_add_name(detail, oid);
    return STATUS_CERTIFICATE_ALGORITHM;
}

static enum status check_algorithm(struct bytes der, struct text *detail)
{
    struct bytes oid = signature_oid(der);
    struct algorithm algorithm;

    if (algorithm_find_signature(oid, &algorithm) && algorithm.digest != MBEDTLS_MD_NONE)
        return STATUS_OK;
    return wrong_algorithm(oid, detail);
}

static enum status parse_failed(int error, struct bytes der, struct text *detail)
{
    if (certificate_error_is_memory(error))
        return STATUS_OUT_OF_MEMORY;
    switch (-ERROR_HIGH(error)) {
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
        return wrong_algorithm(signature_oid(der), detail);
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
        text_add(detail, "expected an RSA key of 2048 to 4096 bits, or one on P-256 or P-384, "
                         "found another kind of key or curve");
        return STATUS_CERTIFICATE_ALGORITHM;
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
        text_add(detail, "it has a critical extension that is not known");
        return STATUS_CERTIFICATE_EXTENSION;
    default:
        text_add(detail, "not a valid X.509 certificate (mbedTLS's error 0x");
        text_add_hex(detail, (uint64_t)-error, 4);
        text_add(detail, ")");
        return STATUS_CERTIFICATE_MALFORMED;
    }
}

static enum status check_key(mbedtls_x509_crt *certificate, struct text *detail)
{
    size_t bits = mbedtls_pk_get_bitlen(&certificate->pk);

    /* Of curves, only the accepted ones are compiled. */
    if (mbedtls_pk_get_type(&certificate->pk) != MBEDTLS_PK_RSA ||
        (bits >= CERTIFICATE_RSA_MIN_BITS && bits <= CERTIFICATE_RSA_MAX_BITS))
        return STATUS_OK;
    text_add(detail, "the RSA key of ");
    certificate_add_subject(detail, certificate);
    text_add(detail, ": expected 2048 to 4096 bits, found ");
    text_add_u64(detail, bits);
    return STATUS_CERTIFICATE_ALGORITHM;
}

enum status certificate_list_add(struct certificate_list *list, struct bytes der,
                                 struct text *detail)
{
    mbedtls_x509_crt *certificate = &list->items[list->count];
    mbedtls_x509_buf refused = { 0 };
    int error;
    enum status st;

    mbedtls_x509_crt_init(certificate);
    error = mbedtls_x509_crt_parse_der_with_ext_cb(certificate, der.data, der.size, 0,
                                                   note_extension, &refused);
    if (refused.len > 0) {
        text_add(detail, "the extension ");
        der_add_oid(detail, certificate_bytes(refused));
        text_add(detail, " (");
        text_add(detail, error ? "critical and not known)" : "name constraints)");
        mbedtls_x509_crt_free(certificate);
        return STATUS_CERTIFICATE_EXTENSION;
    }
    if (error)
        return parse_failed(error, der, detail);
    if (certificate->raw.len != der.size) {
        text_add(detail, "bytes behind a certificate's end");
        st = STATUS_CERTIFICATE_MALFORMED;
    } else if ((st = check_algorithm(der, detail)) == STATUS_OK) {
        st = check_key(certificate, detail);
    }
    if (st) {
        mbedtls_x509_crt_free(certificate);
        return st;
    }
    list->count++;
    return STATUS_OK;
}

static void add_name(struct text *text, const mbedtls_x509_name *name)
{
    const char *short_name;

    for (bool first = true; name && name->oid.p; name = name->next, first = false) {
        if (!first)
            text_add(text, ", ");
        if (mbedtls_oid_get_attr_short_name(&name->oid, &short_name) == 0)
            text_add(text, short_name);
        else
            der_add_oid(text, certificate_bytes(name->oid));
        text_add(text, "=");
        text_add_quoted(text, certificate_bytes(name->val));
    }
}

void certificate_add_subject(struct text *text, const mbedtls_x509_crt *certificate)
{
    add_name(text, &certificate->subject);
}

void certificate_add_issuer(struct text *text, const mbedtls_x509_crt *certificate)
{
    add_name(text, &certificate->issuer);
}

static int64_t to_utc_s(const mbedtls_x509_time *time)
{
    return utc_from_fields((struct utc_fields){
        .year = (uint16_t)time->year,
        .month = (uint8_t)time->mon,
        .day = (uint8_t)time->day,
        .hour = (uint8_t)time->hour,
        .minute = (uint8_t)time->min,
        .second = (uint8_t)time->sec,
    });
}

int64_t certificate_valid_from_utc_s(const mbedtls_x509_crt *certificate)
{
    return to_utc_s(&certificate->valid_from);
}

static void add_times(struct text *detail, const mbedtls_x509_crt *certificate, const char *what,
                      int64_t limit_utc_s, int64_t now_utc_s)
{
    certificate_add_subject(detail, certificate);
    text_add(detail, what);
    utc_add(detail, limit_utc_s);
    text_add(detail, ", the clock says ");
    utc_add(detail, now_utc_s);
}

enum status certificate_check_validity(const mbedtls_x509_crt *certificate, int64_t now_utc_s,
                                       struct text *detail)
{
    int64_t from_utc_s = to_utc_s(&certificate->valid_from);
    int64_t to_incl_utc_s = to_utc_s(&certificate->valid_to);

    if (now_utc_s < from_utc_s) {
        add_times(detail, certificate, " is valid from ", from_utc_s, now_utc_s);
        return STATUS_CERTIFICATE_NOT_YET_VALID;
    }
    if (now_utc_s > to_incl_utc_s) {
        add_times(detail, certificate, " was valid until ", to_incl_utc_s, now_utc_s);
        return STATUS_CERTIFICATE_EXPIRED;
    }
    return STATUS_OK;
}

static enum status wrong_usage(struct text *detail, const mbedtls_x509_crt *certificate,
                               const char *what)
{
    certificate_add_subject(detail, certificate);
    text_add(detail, what);
    return STATUS_CERTIFICATE_USAGE;
}

/* As mbedTLS's own check, but neither a missing extension nor anyExtendedKeyUsage will do. */
static bool names_code_signing(const mbedtls_x509_crt *certificate)
{
    if (!mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE))
        return false;
    for (const mbedtls_x509_sequence *usage = &certificate->ext_key_usage; usage;
         usage = usage->next)
        if (bytes_equal(certificate_bytes(usage->buf), BYTES(MBEDTLS_OID_CODE_SIGNING)))
            return true;
    return false;
}

enum status certificate_check_signs_code(const mbedtls_x509_crt *certificate, struct text *detail)
{
    if (!mbedtls_x509_crt_has_ext_type(certificate, MBEDTLS_X509_EXT_KEY_USAGE) ||
        mbedtls_x509_crt_check_key_usage(certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0)
        return wrong_usage(detail, certificate, ": expected keyUsage digitalSignature");
    if (!names_code_signing(certificate))
        return wrong_usage(detail, certificate, ": expected extendedKeyUsage codeSigning");
    return STATUS_OK;
}

enum status certificate_check_issues(const mbedtls_x509_crt *certificate, struct text *detail)
{
    if (mbedtls_x509_crt_get_ca_istrue(certificate) != 1)
        return wrong_usage(detail, certificate, ": expected a CA (basicConstraints CA:TRUE)");
    if (mbedtls_x509_crt_check_key_usage(certificate, MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0)
        return wrong_usage(detail, certificate, ": expected keyUsage keyCertSign");
    if (mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_CODE_SIGNING,
                                                  MBEDTLS_OID_SIZE(MBEDTLS_OID_CODE_SIGNING)) != 0)
        return wrong_usage(detail, certificate,
                           ": expected an extendedKeyUsage with codeSigning, or none");
    return STATUS_OK;
}

static void digest_of(mbedtls_x509_buf buffer, struct sha256 *ret_digest)
{
    /* mbedTLS's C code can't fail here; if ever it did, zeros are nobody's digest. */
    if (mbedtls_sha256(buffer.p, buffer.len, ret_digest->bytes, 0) != 0)
        memset(ret_digest, 0, sizeof(*ret_digest));
}

void certificate_fingerprint(const mbedtls_x509_crt *certificate, struct sha256 *ret_digest)
{
    digest_of(certificate->raw, ret_digest);
}

void certificate_key_digest(const mbedtls_x509_crt *certificate, struct sha256 *ret_digest)
{
    digest_of(certificate->pk_raw, ret_digest);
}

/* The modulus, or the point; the whole length is what they have in common with others. */
static bool key_number(const mbedtls_x509_crt *certificate, uint8_t number[KEY_MAX_BYTES],
                       size_t *ret_bytes)
{
    const mbedtls_pk_context *key = &certificate->pk;

    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA) {
        *ret_bytes = mbedtls_pk_get_len(key);
        return mbedtls_rsa_export_raw(mbedtls_pk_rsa(*key), number, *ret_bytes, NULL, 0, NULL, 0,
                                      NULL, 0, NULL, 0) == 0;
    }
    return mbedtls_ecp_write_public_key(mbedtls_pk_ec(*key), MBEDTLS_ECP_PF_UNCOMPRESSED, ret_bytes,
                                        number, KEY_MAX_BYTES) == 0;
}

bool certificate_same_key(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b)
{
    uint8_t number_a[KEY_MAX_BYTES], number_b[KEY_MAX_BYTES];
    size_t bytes_a, bytes_b;

    if (mbedtls_pk_get_type(&a->pk) != mbedtls_pk_get_type(&b->pk))
        return false;
    /* What can't be compared must not count twice. */
    if (!key_number(a, number_a, &bytes_a) || !key_number(b, number_b, &bytes_b))
        return true;
    return bytes_equal((struct bytes){ number_a, bytes_a }, (struct bytes){ number_b, bytes_b });
}
