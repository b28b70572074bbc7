/* An image that may hold a trust section, or (behind an 'S') a section by itself. */
#include "fuzz.h"
#include "payload/trust-section.h"

static void check_section(struct bytes section)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct trust trust;
    enum status st = trust_read(section, &detail, &trust);

    require(st == STATUS_OK || st == STATUS_TRUST_SECTION || st == STATUS_POLICY_BAD ||
            st == STATUS_TRUST_ANCHOR || st == STATUS_OUT_OF_MEMORY);
    require_detail(&detail, st != STATUS_OK && st != STATUS_OUT_OF_MEMORY);
    if (st)
        return;
    require(trust.policy_text.size > 0 && inside(trust.policy_text, section));
    require(trust.anchors.size > 0 && inside(trust.anchors, section));
    require(trust.policy.names_count > 0);
}

static void check_image(struct bytes image, enum trust_layout layout)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct bytes section;
    enum status st = trust_section_find(image, layout, &detail, &section);

    require(st == STATUS_OK || st == STATUS_TRUST_SECTION);
    require_detail(&detail, st != STATUS_OK);
    if (st || section.size == 0)
        return;
    require(inside(section, image));
    check_section(section);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes all = { data, size };

    if (bytes_start_with(all, BYTES("S"))) {
        check_section(bytes_from(all, 1));
    } else {
        check_image(all, TRUST_LAYOUT_FILE);
        check_image(all, TRUST_LAYOUT_LOADED);
    }
    return 0;
}
