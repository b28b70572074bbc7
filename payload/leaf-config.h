/*
 * What the loader tells the leaf init (leaf/leaf.h), as the contents of a file in the archive
 * that carries it: records "key=value", each ended by a NUL, so that a value can be anything
 * that a kernel command line can hold. In any order:
 *
 *     init=PATH          the user's own rdinit=, at most once; without it the kernel's search
 *     flags=OPTIONS      mount options of the root tmpfs (rootflags=): "size=80%,mode=755"
 *     onfail=continue    what happens when the leaf root cannot be had: go on in rootfs
 *     onfail=panic       (the default) or not at all
 *     verified=yes       the parts' bytes have been checked (SHA-256): zstd's own checksums, which
 *                        cost 5 % of the boot, need not be
 *     parts=NUMBER       how many wrapped parts there are; none means: move what is there
 */
#ifndef PAYLOAD_LEAF_CONFIG_H
#define PAYLOAD_LEAF_CONFIG_H

#include "bytes.h"
#include "status.h"
#include "text.h"

#define LEAF_PARTS_MAX 99

enum leaf_onfail {
    LEAF_ONFAIL_PANIC,
    LEAF_ONFAIL_CONTINUE,
};

struct leaf_config {
    struct bytes init;  /* empty: none */
    struct bytes flags; /* empty: the kernel's defaults */
    enum leaf_onfail onfail;
    bool is_verified;
    unsigned int part_count;
};

/*
 * Adds the records to text (which stays marked as truncated when they do not fit).
 * LEAF_CONFIG_BAD when a value holds a NUL or a count is beyond its limit.
 */
enum status leaf_config_encode(const struct leaf_config *config, struct text *text);

/*
 * Reads the records. The values point into encoded, and each is followed by a NUL there.
 * LEAF_CONFIG_BAD: an unknown key, a value out of bounds, a record without its NUL.
 */
enum status leaf_config_decode(struct bytes encoded, struct leaf_config *ret_config);

#endif
