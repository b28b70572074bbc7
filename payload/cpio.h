/*
 * The newc archive format (cpio's "SVR4 with no CRC", magic 070701, and with a sum, 070702) as
 * Linux takes it for an initramfs: Documentation/driver-api/early-userspace/buffer-format.
 *
 * An archive is a row of members, each a header of 110 ASCII bytes, a NUL-terminated name and
 * the contents; name and contents are padded with zeros so that what follows lies at a
 * multiple of four from the archive's start. The member "TRAILER!!!" ends an archive; zeros
 * and further archives may follow.
 */
#ifndef PAYLOAD_CPIO_H
#define PAYLOAD_CPIO_H

#include "bytes.h"
#include "status.h"

#define CPIO_HEADER_BYTES   110
#define CPIO_ALIGNMENT      4
#define CPIO_NAME_MAX_BYTES 4096       /* the kernel's PATH_MAX, the NUL included */
#define CPIO_SIZE_MAX_BYTES UINT32_MAX /* the header has eight hexadecimal digits */

/* The file types within a mode; the same numbers in every Linux. */
#define CPIO_TYPE_MASK        0170000u
#define CPIO_TYPE_SOCKET      0140000u
#define CPIO_TYPE_SYMLINK     0120000u
#define CPIO_TYPE_FILE        0100000u
#define CPIO_TYPE_BLOCK       0060000u
#define CPIO_TYPE_DIRECTORY   0040000u
#define CPIO_TYPE_CHARACTER   0020000u
#define CPIO_TYPE_FIFO        0010000u
#define CPIO_PERMISSIONS_MASK 0007777u

struct cpio_member {
    uint32_t inode; /* with device: which members are links of one file */
    uint32_t mode;  /* type and permissions */
    uint32_t user;
    uint32_t group;
    uint32_t links;
    uint32_t mtime_s; /* since 1970 */
    uint32_t size_bytes;
    uint32_t device_major;
    uint32_t device_minor;
    uint32_t node_major; /* what a device node stands for */
    uint32_t node_minor;
    uint32_t name_bytes; /* its NUL included */
    uint32_t sum;        /* of all bytes of the contents, when has_sum */
    bool has_sum;
};

static inline uint64_t cpio_padded(uint64_t size_bytes)
{
    return (size_bytes + (CPIO_ALIGNMENT - 1)) & ~(uint64_t)(CPIO_ALIGNMENT - 1);
}

/* What header and name take, padding included. name_bytes: with the NUL. */
static inline uint64_t cpio_head_bytes(uint32_t name_bytes)
{
    return cpio_padded(CPIO_HEADER_BYTES + (uint64_t)name_bytes);
}

/*
 * Reads one header (untrusted). ARCHIVE_MALFORMED when it has another magic or something that
 * is not a hexadecimal digit; the values themselves are not judged.
 */
enum status cpio_decode(const uint8_t header[CPIO_HEADER_BYTES], struct cpio_member *ret_member);

/*
 * Writes the header, the name (without a NUL in it, its NUL is added) and their padding;
 * member->name_bytes is not looked at. ARCHIVE_TOO_LARGE when the name is too long or the
 * buffer too small. *ret_written_bytes is then cpio_head_bytes(name.size + 1).
 */
enum status cpio_encode(const struct cpio_member *member, struct bytes name, struct buffer buffer,
                        size_t *ret_written_bytes);

/* The end of an archive. */
#define CPIO_TRAILER       BYTES("TRAILER!!!")
#define CPIO_TRAILER_BYTES 124
enum status cpio_encode_trailer(struct buffer buffer);

#endif
