#include "trust-section.h"

#include "certificate.h"
#include "der.h"
#include "little-endian.h"
#include "pe-header.h"

#define MAGIC              "PBTRUST1"
#define HEAD_POLICY_BYTES  8
#define HEAD_ANCHORS_BYTES 12

_Static_assert(TRUST_ANCHORS_MAX <= CERTIFICATE_LIST_MAX, "anchors fit into a list");

/* The part of the image that holds the section; false when it reaches beyond the image. */
static bool section_bytes(struct bytes image, struct pe_section section, enum trust_layout layout,
                          struct bytes *ret_bytes)
{
    uint32_t offset = section.raw_offset;

    if (layout == TRUST_LAYOUT_LOADED)
        offset = section.virtual_address;
    else if (section.virtual_bytes > section.raw_bytes)
        return false;
    if (offset > image.size || section.virtual_bytes > image.size - offset)
        return false;
    *ret_bytes = bytes_first(bytes_from(image, offset), section.virtual_bytes);
    return section.virtual_bytes > 0;
}

enum status trust_section_find(struct bytes image, enum trust_layout layout, struct text *detail,
                               struct bytes *ret_section)
{
    struct bytes found = { NULL, 0 };
    struct pe_header header;

    if (!pe_has_mz(image)) {
        text_add(detail, "the image has no MS-DOS header");
        return STATUS_TRUST_SECTION;
    }
    if (pe_header_read(image, detail, &header) != STATUS_OK)
        return STATUS_TRUST_SECTION;
    for (size_t i = 0; i < header.sections_count; i++) {
        struct pe_section section = pe_section_read(image, &header, i);

        if (!bytes_equal(section.name, BYTES(TRUST_SECTION_NAME)))
            continue;
        if (found.size > 0) {
            text_add(detail, "there are two sections " TRUST_SECTION_NAME);
            return STATUS_TRUST_SECTION;
        }
        if (!section_bytes(image, section, layout, &found)) {
            text_add(detail,
                     "section " TRUST_SECTION_NAME " is empty or does not lie within the image");
            return STATUS_TRUST_SECTION;
        }
    }
    *ret_section = found;
    return STATUS_OK;
}

static enum status expected_found(struct text *detail, const char *expected, uint64_t found)
{
    text_add(detail, "expected ");
    text_add(detail, expected);
    text_add(detail, ", found ");
    text_add_u64(detail, found);
    return STATUS_TRUST_SECTION;
}

/* Takes the section apart. */
static enum status split(struct bytes section, struct text *detail, struct bytes *ret_policy,
                         struct bytes *ret_anchors)
{
    uint64_t policy_bytes = le_u32(section, HEAD_POLICY_BYTES);
    uint64_t anchors_bytes = le_u32(section, HEAD_ANCHORS_BYTES);
    struct bytes rest = bytes_from(section, TRUST_SECTION_HEAD_BYTES);

    if (section.size < TRUST_SECTION_HEAD_BYTES)
        return expected_found(detail, "16 bytes or more", section.size);
    if (section.size > TRUST_SECTION_MAX_BYTES)
        return expected_found(detail, "at most 131072 bytes", section.size);
    if (!bytes_start_with(section, BYTES(MAGIC))) {
        text_add(detail, "expected '" MAGIC "', found ");
        text_add_quoted(detail, bytes_first(section, sizeof(MAGIC) - 1));
        return STATUS_TRUST_SECTION;
    }
    if (policy_bytes > TRUST_POLICY_MAX_BYTES)
        return expected_found(detail, "at most 32768 bytes of policy", policy_bytes);
    if (policy_bytes > rest.size || anchors_bytes > rest.size - policy_bytes)
        return expected_found(detail, "all of the policy and the anchors", section.size);
    *ret_policy = bytes_first(rest, policy_bytes);
    rest = bytes_from(rest, policy_bytes);
    *ret_anchors = bytes_first(rest, anchors_bytes);
    rest = bytes_from(rest, anchors_bytes);
    for (size_t i = 0; i < rest.size; i++)
        if (rest.data[i] != 0)
            return expected_found(detail, "zeros behind the anchors", rest.data[i]);
    return STATUS_OK;
}

static enum status check_anchor(struct certificate_list *list, struct bytes anchor,
                                struct text *detail)
{
    enum status st;

    text_add(detail, "anchor ");
    text_add_u64(detail, list->count + 1);
    text_add(detail, ": ");
    if ((st = certificate_list_add(list, anchor, detail)) == STATUS_OK)
        st = certificate_check_issues(&list->items[list->count - 1], detail);
    if (st)
        return st == STATUS_OUT_OF_MEMORY ? st : STATUS_TRUST_ANCHOR;
    text_clear(detail);
    return STATUS_OK;
}

static enum status check_anchors(struct bytes anchors, struct certificate_list *list,
                                 struct text *detail)
{
    struct der anchor;
    enum status st;

    while (anchors.size > 0) {
        if (list->count == TRUST_ANCHORS_MAX) {
            text_add(detail, "expected at most 16 anchors, found more");
            return STATUS_TRUST_ANCHOR;
        }
        if (!der_take(&anchors, DER_SEQUENCE, &anchor)) {
            text_add(detail, "expected certificates in DER, one behind the other");
            return STATUS_TRUST_ANCHOR;
        }
        if ((st = check_anchor(list, anchor.whole, detail)))
            return st;
    }
    if (list->count == 0) {
        text_add(detail, "expected an anchor, found none");
        return STATUS_TRUST_ANCHOR;
    }
    return STATUS_OK;
}

enum status trust_read(struct bytes section, struct text *detail, struct trust *ret_trust)
{
    struct certificate_list *list;
    struct trust trust;
    enum status st;

    if ((st = split(section, detail, &trust.policy_text, &trust.anchors)) ||
        (st = policy_read(trust.policy_text, detail, &trust.policy)))
        return st;
    list = certificate_list_new();
    if (!list)
        return STATUS_OUT_OF_MEMORY;
    st = check_anchors(trust.anchors, list, detail);
    certificate_list_free(list);
    if (st)
        return st;
    *ret_trust = trust;
    return STATUS_OK;
}

static void write_u32(uint8_t *to, size_t number)
{
    for (unsigned int i = 0; i < 4; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

enum status trust_section_write(struct bytes policy_text, struct bytes anchors, struct buffer to,
                                struct text *detail, size_t *ret_size_bytes)
{
    size_t size_bytes;

    if (policy_text.size > TRUST_POLICY_MAX_BYTES)
        return expected_found(detail, "at most 32768 bytes of policy", policy_text.size);
    if (anchors.size > TRUST_SECTION_MAX_BYTES - TRUST_SECTION_HEAD_BYTES - policy_text.size)
        return expected_found(detail, "fewer bytes of anchors", anchors.size);
    size_bytes = TRUST_SECTION_HEAD_BYTES + policy_text.size + anchors.size;
    if (size_bytes > to.size)
        return expected_found(detail, "more room for the section", to.size);

    memcpy(to.data, MAGIC, sizeof(MAGIC) - 1);
    write_u32(to.data + HEAD_POLICY_BYTES, policy_text.size);
    write_u32(to.data + HEAD_ANCHORS_BYTES, anchors.size);
    if (policy_text.size > 0)
        memcpy(to.data + TRUST_SECTION_HEAD_BYTES, policy_text.data, policy_text.size);
    if (anchors.size > 0)
        memcpy(to.data + TRUST_SECTION_HEAD_BYTES + policy_text.size, anchors.data, anchors.size);
    *ret_size_bytes = size_bytes;
    return STATUS_OK;
}
