#include "der.h"

#include <mbedtls/asn1.h>

/* The octets of a length in its shortest form. */
static size_t length_octets(size_t length)
{
    size_t octets = 1;

    if (length < 0x80)
        return octets;
    for (; length > 0; length >>= 8)
        octets++;
    return octets;
}

uint8_t der_tag(struct bytes rest)
{
    return rest.size > 0 ? rest.data[0] : 0;
}

bool der_take(struct bytes *rest, uint8_t tag, struct der *ret_object)
{
    /* mbedTLS only moves this pointer; its type lacks the const. */
    unsigned char *position = (unsigned char *)(uintptr_t)rest->data;
    size_t length, head_bytes;

    if (rest->size == 0 ||
        mbedtls_asn1_get_tag(&position, rest->data + rest->size, &length, tag) != 0)
        return false;
    head_bytes = (size_t)(position - rest->data);
    if (head_bytes != 1 + length_octets(length))
        return false;

    *ret_object = (struct der){
        .whole = { rest->data, head_bytes + length },
        .content = { rest->data + head_bytes, length },
    };
    *rest = (struct bytes){ rest->data + head_bytes + length, rest->size - head_bytes - length };
    return true;
}

bool der_is_unsigned(struct bytes content)
{
    if (content.size == 0 || content.data[0] & 0x80)
        return false;
    /* A leading zero is there only to keep the number from being negative. */
    return content.data[0] != 0 || content.size == 1 || content.data[1] & 0x80;
}

bool der_is_ecdsa_signature(struct bytes bytes)
{
    struct der sequence, r, s;

    return der_take(&bytes, DER_SEQUENCE, &sequence) && bytes.size == 0 &&
           der_take(&sequence.content, DER_INTEGER, &r) && der_is_unsigned(r.content) &&
           der_take(&sequence.content, DER_INTEGER, &s) && der_is_unsigned(s.content) &&
           sequence.content.size == 0;
}

void der_add_oid(struct text *text, struct bytes oid)
{
    uint64_t arc = 0;
    bool first = true;

    for (size_t i = 0; i < oid.size; i++) {
        if (arc > UINT64_MAX >> 7) {
            text_add(text, "...");
            return;
        }
        arc = arc << 7 | (oid.data[i] & 0x7f);
        if (oid.data[i] & 0x80)
            continue;
        /* The first number holds two arcs: 40 times the first, which is at most 2, and the second.
         */
        if (first) {
            uint64_t top = arc < 80 ? arc / 40 : 2;

            text_add_u64(text, top);
            arc -= top * 40;
        }
        text_add(text, ".");
        text_add_u64(text, arc);
        arc = 0;
        first = false;
    }
}
