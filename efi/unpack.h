/*
 * decompress=: which files pivotboot unpacks itself (zstd only), and how large they become.
 *
 * An initrd's size must be known when the kernel's stub asks for it. Where the configuration
 * gives it (initrd-unpacked-size), a file is unpacked while it arrives, which costs no time where
 * the network is what takes it. Else the verified file is in memory and is unpacked twice: once
 * only to count, and later into the stub's buffer.
 */
#ifndef EFI_UNPACK_H
#define EFI_UNPACK_H

#include "boot.h"

/* Whether the configuration says how large the files become, and that is a small part of what is
 * free: then unpacking them here is faster, as `make bench-boot` shows, and no machine misses the
 * memory. */
bool unpack_has_room(const struct boot *boot);

/*
 * Why files that are zstd are to be unpacked, whatever the kernel can do and before it is known who
 * else would; NULL: that decides. Static.
 * The leaf init unpacks as fast as pivotboot does, and of what it gets unpacked the kernel has more
 * to copy: it is only spared the work where the network leaves us the time.
 */
const char *unpack_early_reason(const struct boot *boot);

/* The same for a file of this format, once it is known whether the leaf init unpacks it. May ask
 * the kernel. */
const char *unpack_last_reason(struct boot *boot, const struct initrd_file *file,
                               enum initrd_format format);

/* So be it: marks the file and says so in a line. */
void unpack_decide(struct boot *boot, struct initrd_file *file, const char *reason);

/*
 * Whether a file that is fetched and verified is to be unpacked; fills in unpacked and
 * unpacked_bytes. index: its position among the configured ones. Errors of unzstd;
 * STATUS_UNPACK_LARGE: more than memory can hold.
 */
enum status unpack_measure(struct boot *boot, size_t index);

/*
 * Into a region of the file's unpacked_bytes, from its verified bytes in memory. Errors of unzstd.
 */
enum status unpack_into(struct boot *boot, const struct initrd_file *file, struct buffer region);

/* Unpacks a kernel that is compressed as a whole (vmlinuz.zst). Errors of unzstd. */
enum status unpack_kernel(struct boot *boot, uint64_t limit_bytes);

#endif
