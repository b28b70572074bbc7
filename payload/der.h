/*
 * Takes DER objects (X.690) apart, stricter than mbedTLS, whose readers also take lengths that
 * are longer than they need to be.
 */
#ifndef PAYLOAD_DER_H
#define PAYLOAD_DER_H

#include "bytes.h"
#include "text.h"

/* Identifier octets. */
#define DER_INTEGER      0x02
#define DER_OCTET_STRING 0x04
#define DER_NULL         0x05
#define DER_OID          0x06
#define DER_SEQUENCE     0x30
#define DER_SET          0x31
/* Context-specific, as IMPLICIT and EXPLICIT use them. */
#define DER_CONTEXT(number)             (0x80 | (number))
#define DER_CONTEXT_CONSTRUCTED(number) (0xa0 | (number))

struct der {
    struct bytes whole;   /* with identifier and length */
    struct bytes content; /* without */
};

/* The identifier of the next object of rest (untrusted), or 0 at its end. */
uint8_t der_tag(struct bytes rest);

/*
 * Takes the next object off rest (untrusted) if it has that tag, a definite length in its
 * shortest form, and lies within rest. Otherwise false, and nothing is changed. rest must not be a
 * part of ret_object.
 */
bool der_take(struct bytes *rest, uint8_t tag, struct der *ret_object);

/* Whether an INTEGER's contents are its shortest form, and not negative. */
bool der_is_unsigned(struct bytes content);

/* Whether bytes are exactly one ECDSA-Sig-Value (RFC 3279): two numbers in their shortest form. */
bool der_is_ecdsa_signature(struct bytes bytes);

/* Adds an OBJECT IDENTIFIER's contents (untrusted) for people: "1.2.840.113549.1.1.5". */
void der_add_oid(struct text *text, struct bytes oid);

#endif
