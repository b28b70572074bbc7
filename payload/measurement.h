/*
 * What pivotboot tells the TPM: the measurements that go into PCR 12, each as an event of the
 * type EV_EVENT_TAG (TCG PC Client Platform Firmware Profile, TCG_PCClientTaggedEvent). The
 * loader extends them, the host tool payload/tools/pcr.c predicts them: with this same code.
 *
 * Nothing of this is measured by anybody else: the firmware measures the kernel image (PCR 4),
 * the kernel's EFI stub its command line and its initrd (PCR 9).
 */
#ifndef PAYLOAD_MEASUREMENT_H
#define PAYLOAD_MEASUREMENT_H

#include "bytes.h"

#define MEASUREMENT_PCR          12
#define MEASUREMENT_EV_EVENT_TAG 6

/* Tag ids tell the events apart: drawn at random, never reused, listed in the README. */
#define MEASUREMENT_ENTRY         UINT32_C(0x67798959)
#define MEASUREMENT_LINE          UINT32_C(0xc14f4c73)
#define MEASUREMENT_CONFIGURATION UINT32_C(0x4fd14dd2)
#define MEASUREMENT_ROOT          UINT32_C(0xa2f98639)
#define MEASUREMENT_POLICY        UINT32_C(0xac6381ec)

/* Of the measured bytes, so many at most are shown in the event log: logs have little room. */
#define MEASUREMENT_SHOWN_MAX_BYTES 2048
#define MEASUREMENT_EVENT_MAX_BYTES (2 * sizeof(uint32_t) + MEASUREMENT_SHOWN_MAX_BYTES)

/* What is known of a boot when everything is decided and the kernel is about to start. */
struct measurement_facts {
    struct bytes entry;         /* the entry as it was fetched; empty: there is none */
    struct bytes line;          /* without an entry: the words that say what to boot, as given */
    struct bytes configuration; /* of config_describe */
    struct bytes root_mode;     /* the name of the mode that was chosen */
    struct bytes policy;        /* the trust section; empty: unsigned operation */
};

struct measurement {
    const char *name; /* for people; static */
    uint32_t tag;
    struct bytes bytes; /* what is hashed and extended */
};

/* How many there are, in the order of extension: entry or line, configuration, root mode, policy.
 */
#define MEASUREMENT_COUNT 4

/*
 * The measurements of a boot; their bytes are the facts', which must outlive them. Blanks and
 * line ends around the line are not measured: how many there are is up to who calls us. Without
 * a policy the bytes are "unsigned".
 */
void measurement_list(const struct measurement_facts *facts,
                      struct measurement ret_measurements[MEASUREMENT_COUNT]);

/*
 * Writes the event's data: TCG_PCClientTaggedEvent (the tag, the size, both little-endian, and
 * the first MEASUREMENT_SHOWN_MAX_BYTES of the measured bytes) to memory, which has
 * MEASUREMENT_EVENT_MAX_BYTES. Returns the part of memory that was written.
 */
struct bytes measurement_event(const struct measurement *measurement, uint8_t *memory);

#endif
