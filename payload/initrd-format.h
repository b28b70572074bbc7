/*
 * What an initrd consists of, told from its beginning: uncompressed archives (microcode, ACPI
 * tables: the kernel looks for them there, unpacked) and then, as a rule, one compressed
 * archive with the root (Documentation/driver-api/early-userspace/buffer-format).
 *
 * The contents of archive members are skipped, so a walk over an initrd of any size needs only
 * a few windows of its bytes, which the caller fetches: it asks for the next one by its offset.
 * Pure; the initrd is untrusted.
 */
#ifndef PAYLOAD_INITRD_FORMAT_H
#define PAYLOAD_INITRD_FORMAT_H

#include "bytes.h"

/* The window that a caller should offer, in bytes; the last one may be shorter. */
#define INITRD_WINDOW_BYTES (64 * 1024)

/* Most windows that a walk looks at: what takes more is not understood. */
#define INITRD_WINDOWS_MOST 8

enum initrd_format {
    INITRD_FORMAT_UNKNOWN, /* another compression, or nothing that is understood */
    INITRD_FORMAT_CPIO,    /* uncompressed archives to the end */
    INITRD_FORMAT_ZSTD,    /* zstd from early_bytes on */
};

struct initrd_walk {
    uint64_t offset;      /* of what has to be looked at next */
    uint64_t early_bytes; /* length of the uncompressed archives at the beginning, so far */
    bool in_archive;      /* offset lies within an archive, not between two */
    unsigned int windows;
    enum initrd_format format; /* once the walk is over */
};

/* Starts at the initrd's first byte. */
void initrd_walk_init(struct initrd_walk *walk);

/*
 * Looks at a window: the initrd's bytes from walk->offset on. last: nothing follows it.
 * True: the walk is over, see walk->format and walk->early_bytes. False: the window that
 * begins at walk->offset is wanted next.
 */
bool initrd_walk_window(struct initrd_walk *walk, struct bytes window, bool last);

#endif
