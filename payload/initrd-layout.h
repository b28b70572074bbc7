/*
 * Where each piece of the initrd lies in what the kernel gets, before any of it is there: files
 * whose size is known, in whole or in parts, and what is generated around them.
 *
 * A file may lie in two parts with something generated between them, but it is downloaded in
 * one piece: to where its last part lies, so that what comes before it in the file has to be
 * moved towards the beginning by a little (initrd_layout_settle), and room for the piece between
 * appears.
 */
#ifndef PAYLOAD_INITRD_LAYOUT_H
#define PAYLOAD_INITRD_LAYOUT_H

#include "bytes.h"
#include "status.h"

/* Most parts: for each of 16 initrds three, the leaf init's archive, and archives in front. */
#define INITRD_PARTS_MOST (16 * 3 + 2)

/* Archives begin at a multiple of this in what the kernel gets (its cpio reader's rule). */
#define INITRD_ALIGNMENT 4

/* In place of a file's number: the part is in memory. */
#define INITRD_NO_FILE SIZE_MAX

struct initrd_part {
    uint64_t offset; /* in what the kernel gets */
    uint64_t size_bytes;
    const uint8_t *data;  /* the caller's; NULL: the part arrives later, from the file */
    size_t file;          /* INITRD_NO_FILE when data is not NULL */
    uint64_t file_offset; /* of the part in the file */
};

/* All zero is an empty one. */
struct initrd_layout {
    struct initrd_part parts[INITRD_PARTS_MOST];
    size_t count;
    uint64_t size_bytes; /* of all, with the padding between them */
    bool padded;         /* zeros follow if another part does */
};

/*
 * Each adds a part behind the others; one of no bytes is left out. padded: zeros follow, up to
 * the next multiple of INITRD_ALIGNMENT, if another part does: a single file stays as it is. The
 * parts of a file are added in its order and are
 * adjacent in it, and the last one ends where the file does.
 * STATUS_BLOB_TOO_LARGE: more than 64 bits can count, or too many parts.
 */
enum status initrd_layout_add(struct initrd_layout *layout, struct bytes bytes, bool padded);
enum status initrd_layout_add_file(struct initrd_layout *layout, size_t file, uint64_t file_offset,
                                   uint64_t size_bytes, bool padded);

/* Where the file's first byte is to be downloaded to. The file has a part. */
uint64_t initrd_layout_file_offset(const struct initrd_layout *layout, size_t file);

/*
 * to: of layout->size_bytes, and the file has been downloaded to initrd_layout_file_offset:
 * moves its parts to where they belong. What lies between them is undefined afterwards.
 */
void initrd_layout_settle(const struct initrd_layout *layout, size_t file, struct buffer to);

/* Writes all that is in memory, and the padding; after the last initrd_layout_settle. */
void initrd_layout_write(const struct initrd_layout *layout, struct buffer to);

#endif
