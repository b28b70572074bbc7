/*
 * decompress=: which files pivotboot unpacks itself (zstd only), and how large they become.
 *
 * An initrd's size must be known when the kernel's stub asks for it. Where the configuration
 * gives it (initrd-unpacked-size), unpacking goes straight into the stub's buffer while the file
 * is streamed. Else the verified file is in memory and is unpacked twice: once only to count,
 * and later into the stub's buffer.
 */
#ifndef EFI_UNPACK_H
#define EFI_UNPACK_H

#include "boot.h"

/*
 * Why the file is to be unpacked if its format is this one; NULL: it is not. May ask the kernel
 * what it can do. Static.
 */
const char *unpack_reason(struct boot *boot, const struct initrd_file *file,
                          enum initrd_format format);

/* So be it: marks the file and says so in a line. */
void unpack_decide(struct boot *boot, struct initrd_file *file, const char *reason);

/*
 * file: fetched and verified; fills in unpacked and unpacked_bytes. index: its position among
 * the configured ones. Errors of unzstd; STATUS_UNPACK_LARGE: more than memory can hold.
 */
enum status unpack_measure(struct boot *boot, size_t index);

/*
 * Into a region of the file's unpacked_bytes, from its verified bytes in memory. Errors of unzstd.
 */
enum status unpack_into(struct boot *boot, const struct initrd_file *file, struct buffer region);

/* Unpacks a kernel that is compressed as a whole (vmlinuz.zst). Errors of unzstd. */
enum status unpack_kernel(struct boot *boot, uint64_t limit_bytes);

#endif
