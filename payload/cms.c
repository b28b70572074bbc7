#include "cms.h"

#include <mbedtls/oid.h>

#include "der.h"

#define OID_PKCS9          MBEDTLS_OID_PKCS9
#define OID_CONTENT_TYPE   OID_PKCS9 "\x03"
#define OID_MESSAGE_DIGEST OID_PKCS9 "\x04"

/* Versions that go with the two ways to name a certificate (RFC 5652 sections 5.1 and 5.3). */
#define VERSION_ISSUER         1
#define VERSION_KEY_IDENTIFIER 3

struct reader {
    struct bytes all;
    struct text *detail;
};

static enum status malformed(const struct reader *reader, const char *expected, struct bytes rest)
{
    text_add(reader->detail, "expected ");
    text_add(reader->detail, expected);
    text_add(reader->detail, " at byte ");
    text_add_u64(reader->detail, (uint64_t)(rest.data - reader->all.data));
    if (rest.size == 0) {
        text_add(reader->detail, ", found an end");
        return STATUS_SIGNATURE_MALFORMED;
    }
    text_add(reader->detail, ", found ");
    text_add_hex_bytes(reader->detail, bytes_first(rest, 8));
    if (rest.size > 8)
        text_add(reader->detail, "...");
    return STATUS_SIGNATURE_MALFORMED;
}

static enum status take(const struct reader *reader, struct bytes *rest, uint8_t tag,
                        const char *what, struct der *ret_object)
{
    return der_take(rest, tag, ret_object) ? STATUS_OK : malformed(reader, what, *rest);
}

static enum status expect_end(const struct reader *reader, struct bytes rest, const char *of)
{
    return rest.size == 0 ? STATUS_OK : malformed(reader, of, rest);
}

static enum status take_version(const struct reader *reader, struct bytes *rest, const char *what,
                                uint8_t *ret_version)
{
    struct bytes start = *rest;
    struct der version;
    enum status st;

    if ((st = take(reader, rest, DER_INTEGER, what, &version)))
        return st;
    if (version.content.size != 1 || (version.content.data[0] != VERSION_ISSUER &&
                                      version.content.data[0] != VERSION_KEY_IDENTIFIER))
        return malformed(reader, what, start);
    *ret_version = version.content.data[0];
    return STATUS_OK;
}

static enum status take_oid(const struct reader *reader, struct bytes *rest, struct bytes oid,
                            const char *what)
{
    struct bytes start = *rest;
    struct der found;
    enum status st;

    if ((st = take(reader, rest, DER_OID, what, &found)))
        return st;
    return bytes_equal(found.content, oid) ? STATUS_OK : malformed(reader, what, start);
}

/* The one value of an attribute, which is a set. */
static enum status attribute_value(const struct reader *reader, struct bytes values, uint8_t tag,
                                   const char *what, struct der *ret_value)
{
    enum status st;

    if ((st = take(reader, &values, tag, what, ret_value)))
        return st;
    return expect_end(reader, values, "one value of a signed attribute");
}

static enum status attributes_wrong(const struct reader *reader, const char *what)
{
    text_add(reader->detail, what);
    text_add(reader->detail, "; sign with openssl's -noattr to do without signed attributes");
    return STATUS_SIGNATURE_ATTRIBUTES;
}

/* attributes: the contents of the set. */
static enum status read_attributes(const struct reader *reader, struct bytes attributes,
                                   struct bytes *ret_digest)
{
    bool has_type = false;
    struct bytes digest = { NULL, 0 };
    struct der attribute, type, values, value;
    enum status st;

    while (attributes.size > 0) {
        if ((st = take(reader, &attributes, DER_SEQUENCE, "a signed attribute", &attribute)) ||
            (st = take(reader, &attribute.content, DER_OID, "a signed attribute's type", &type)) ||
            (st = take(reader, &attribute.content, DER_SET, "a signed attribute's values",
                       &values)) ||
            (st = expect_end(reader, attribute.content, "the end of a signed attribute")))
            return st;

        if (bytes_equal(type.content, BYTES(OID_CONTENT_TYPE))) {
            if (has_type)
                return attributes_wrong(reader, "the content type is there twice");
            if ((st = attribute_value(reader, values.content, DER_OID, "a content type", &value)))
                return st;
            if (!bytes_equal(value.content, BYTES(MBEDTLS_OID_PKCS7_DATA)))
                return attributes_wrong(reader, "the content type is not id-data");
            has_type = true;
        } else if (bytes_equal(type.content, BYTES(OID_MESSAGE_DIGEST))) {
            if (digest.size > 0)
                return attributes_wrong(reader, "the message digest is there twice");
            if ((st = attribute_value(reader, values.content, DER_OCTET_STRING, "a message digest",
                                      &value)))
                return st;
            digest = value.content;
        }
    }
    if (!has_type)
        return attributes_wrong(reader, "the content type is missing");
    if (digest.size == 0)
        return attributes_wrong(reader, "the message digest is missing");
    *ret_digest = digest;
    return STATUS_OK;
}

static enum status take_certificate_name(const struct reader *reader, struct bytes *rest,
                                         uint8_t version, struct cms_signer *signer)
{
    struct der both, issuer, serial, identifier;
    enum status st;

    if (version == VERSION_KEY_IDENTIFIER) {
        if ((st = take(reader, rest, DER_CONTEXT(0), "a subject key identifier", &identifier)))
            return st;
        signer->key_identifier = identifier.content;
        return STATUS_OK;
    }
    if ((st = take(reader, rest, DER_SEQUENCE, "an issuer and serial number", &both)) ||
        (st = take(reader, &both.content, DER_SEQUENCE, "an issuer's name", &issuer)) ||
        (st = take(reader, &both.content, DER_INTEGER, "a serial number", &serial)) ||
        (st = expect_end(reader, both.content, "the end of an issuer and serial number")))
        return st;
    signer->issuer = issuer.whole;
    signer->serial = serial.content;
    return STATUS_OK;
}

static enum status read_signer(const struct reader *reader, struct bytes rest,
                               struct cms_signer *ret_signer)
{
    struct cms_signer signer = { 0 };
    struct der object;
    uint8_t version;
    enum status st;

    if ((st = take_version(reader, &rest, "a signer's version, 1 or 3", &version)) ||
        (st = take_certificate_name(reader, &rest, version, &signer)) ||
        (st = take(reader, &rest, DER_SEQUENCE, "a signer's digest algorithm", &object)))
        return st;
    signer.digest_algorithm = object.content;

    if (der_tag(rest) == DER_CONTEXT_CONSTRUCTED(0)) {
        if ((st = take(reader, &rest, DER_CONTEXT_CONSTRUCTED(0), "signed attributes", &object)) ||
            (st = read_attributes(reader, object.content, &signer.message_digest)))
            return st;
        signer.attributes = object.whole;
    }

    if ((st = take(reader, &rest, DER_SEQUENCE, "a signer's signature algorithm", &object)))
        return st;
    signer.signature_algorithm = object.content;
    if ((st = take(reader, &rest, DER_OCTET_STRING, "a signature", &object)))
        return st;
    signer.signature = object.content;

    /* Unsigned attributes (timestamps) change nothing about what is signed. */
    if (der_tag(rest) == DER_CONTEXT_CONSTRUCTED(1) &&
        (st = take(reader, &rest, DER_CONTEXT_CONSTRUCTED(1), "unsigned attributes", &object)))
        return st;
    if ((st = expect_end(reader, rest, "the end of a signer")))
        return st;

    *ret_signer = signer;
    return STATUS_OK;
}

static enum status too_many(const struct reader *reader, const char *what, uint64_t most)
{
    text_add(reader->detail, "more than ");
    text_add_u64(reader->detail, most);
    text_add(reader->detail, what);
    return STATUS_SIGNATURE_TOO_LONG;
}

static enum status read_certificates(const struct reader *reader, struct bytes rest,
                                     struct cms *cms)
{
    struct der certificate;
    enum status st;

    while (rest.size > 0) {
        if ((st = take(reader, &rest, DER_SEQUENCE, "a certificate", &certificate)))
            return st;
        if (cms->certificates_count == CMS_CERTIFICATES_MAX)
            return too_many(reader, " certificates", CMS_CERTIFICATES_MAX);
        cms->certificates[cms->certificates_count++] = certificate.whole;
    }
    return STATUS_OK;
}

static enum status read_signers(const struct reader *reader, struct bytes rest, struct cms *cms)
{
    struct der signer;
    enum status st;

    if (rest.size == 0)
        return malformed(reader, "a signer", rest);
    while (rest.size > 0) {
        if ((st = take(reader, &rest, DER_SEQUENCE, "a signer", &signer)))
            return st;
        if (cms->signers_count == CMS_SIGNERS_MAX)
            return too_many(reader, " signers", CMS_SIGNERS_MAX);
        if ((st = read_signer(reader, signer.content, &cms->signers[cms->signers_count])))
            return st;
        cms->signers_count++;
    }
    return STATUS_OK;
}

/* Nothing but the type may be in there: the content is the file that was fetched. */
static enum status take_content_info(const struct reader *reader, struct bytes *rest)
{
    struct der info;
    enum status st;

    if ((st = take(reader, rest, DER_SEQUENCE, "the content's type", &info)) ||
        (st = take_oid(reader, &info.content, BYTES(MBEDTLS_OID_PKCS7_DATA),
                       "the content's type, id-data")))
        return st;
    if (der_tag(info.content) == DER_CONTEXT_CONSTRUCTED(0)) {
        text_add(reader->detail, "expected a detached signature: sign without openssl's -nodetach");
        return STATUS_SIGNATURE_ATTACHED;
    }
    return expect_end(reader, info.content, "the end of the content's type");
}

static enum status read_signed_data(const struct reader *reader, struct bytes rest, struct cms *cms)
{
    struct der object;
    uint8_t version;
    enum status st;

    /* Which digests there are, each signer says once more. */
    if ((st = take_version(reader, &rest, "SignedData's version, 1 or 3", &version)) ||
        (st = take(reader, &rest, DER_SET, "the digest algorithms", &object)) ||
        (st = take_content_info(reader, &rest)))
        return st;
    if (der_tag(rest) == DER_CONTEXT_CONSTRUCTED(0)) {
        if ((st = take(reader, &rest, DER_CONTEXT_CONSTRUCTED(0), "certificates", &object)) ||
            (st = read_certificates(reader, object.content, cms)))
            return st;
    }
    /* Revocation lists would stand here. */
    if ((st = take(reader, &rest, DER_SET, "the signers", &object)) ||
        (st = read_signers(reader, object.content, cms)))
        return st;
    return expect_end(reader, rest, "the end of SignedData");
}

enum status cms_read(struct bytes der, struct text *detail, struct cms *ret_cms)
{
    struct reader reader = { der, detail };
    struct bytes rest = der;
    struct der info, content, data;
    enum status st;

    if (der.size > CMS_MAX_BYTES) {
        text_add(detail, "expected at most ");
        text_add_u64(detail, CMS_MAX_BYTES);
        text_add(detail, " bytes, found ");
        text_add_u64(detail, der.size);
        return STATUS_SIGNATURE_TOO_LONG;
    }
    if (bytes_start_with(der, BYTES("-----BEGIN")) || bytes_start_with(der, BYTES("MIME"))) {
        text_add(detail, "expected DER (openssl's -outform DER), found ");
        text_add_quoted(detail, bytes_first(der, 16));
        return STATUS_SIGNATURE_MALFORMED;
    }

    *ret_cms = (struct cms){ 0 };
    if ((st = take(&reader, &rest, DER_SEQUENCE, "one DER object with definite, shortest lengths",
                   &info)) ||
        (st = expect_end(&reader, rest, "the end of the file")) ||
        (st = take_oid(&reader, &info.content, BYTES(MBEDTLS_OID_PKCS7_SIGNED_DATA),
                       "the type SignedData")) ||
        (st = take(&reader, &info.content, DER_CONTEXT_CONSTRUCTED(0), "SignedData", &content)) ||
        (st = expect_end(&reader, info.content, "the end of the outermost object")) ||
        (st = take(&reader, &content.content, DER_SEQUENCE, "SignedData", &data)) ||
        (st = expect_end(&reader, content.content, "the end of SignedData")))
        return st;
    return read_signed_data(&reader, data.content, ret_cms);
}
