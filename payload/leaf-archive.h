/*
 * The archive that carries the leaf init (leaf/leaf.h) into the initramfs. The initrd that the
 * kernel gets is then, each piece beginning at a multiple of four:
 *
 *     move:  [leaf archive] [payload's blobs as they are]
 *     wrap:  [leaf archive] [leading uncompressed archives: microcode, ACPI tables]
 *            [part 0] [part 1] ...
 *
 * where a part is [head, leaf_part_head()] [the bytes of a blob] [tail, leaf_part_tail()]:
 * an archive of its own whose one member's contents are the blob. A blob may hold what the
 * kernel would take as well, in a row: zstd frames, uncompressed archives, zeros. All sizes are
 * known before the first byte of a blob.
 *
 * On the command line: rdinit=LEAF_PROGRAM_PATH, in front of everything that the user wrote;
 * the user's own rdinit= taken off the line and into the configuration. (A later rdinit= would
 * win.) Arguments for init stay on the line.
 * The kernel drops arguments that stand before an rdinit=: whoever takes a user's rdinit= off
 * the line drops the unknown bare words in front of it as well.
 */
#ifndef PAYLOAD_LEAF_ARCHIVE_H
#define PAYLOAD_LEAF_ARCHIVE_H

#include "leaf-config.h"

/* Everything of the leaf init lies in this directory, which is gone when init runs. */
#define LEAF_DIRECTORY        ".pivotboot"
#define LEAF_PROGRAM_NAME     LEAF_DIRECTORY "/leaf"
#define LEAF_CONFIG_NAME      LEAF_DIRECTORY "/config"
#define LEAF_PROGRAM_PATH     "/" LEAF_PROGRAM_NAME
#define LEAF_CONFIG_PATH      "/" LEAF_CONFIG_NAME
#define LEAF_PART_NAME        LEAF_DIRECTORY "/part-00" /* two decimal digits */
#define LEAF_CONFIG_MAX_BYTES 16384u
#define LEAF_PART_HEAD_BYTES  132u
#define LEAF_PART_TAIL_MAX    (3u + 124u) /* padding and a trailer */

/* Two decimal digits in place of LEAF_PART_NAME's zeros. index: below LEAF_PARTS_MAX. */
void leaf_part_name(unsigned int index, char ret_name[sizeof(LEAF_PART_NAME)]);

/*
 * The archive's size: a multiple of four. program: the leaf init's executable.
 * LEAF_CONFIG_BAD as leaf_config_encode(), or when the records exceed LEAF_CONFIG_MAX_BYTES;
 * ARCHIVE_TOO_LARGE for a program that no archive can hold.
 */
enum status leaf_archive_size(const struct leaf_config *config, struct bytes program,
                              size_t *ret_size_bytes);

/* Writes it to the buffer's start; the buffer must have at least its size. Same statuses. */
enum status leaf_archive_write(const struct leaf_config *config, struct bytes program,
                               struct buffer buffer);

/*
 * What stands in front of a part's bytes. ARCHIVE_TOO_LARGE: size_bytes is 4 GiB or more;
 * LEAF_CONFIG_BAD: index is not below LEAF_PARTS_MAX.
 */
enum status leaf_part_head(unsigned int index, uint64_t size_bytes,
                           uint8_t ret_head[LEAF_PART_HEAD_BYTES]);

/* What stands behind them: how many bytes, and the bytes. */
static inline size_t leaf_part_tail_bytes(uint64_t size_bytes)
{
    return LEAF_PART_TAIL_MAX - 3u + (size_t)(-size_bytes & 3u);
}
void leaf_part_tail(uint64_t size_bytes, uint8_t ret_tail[LEAF_PART_TAIL_MAX]);

#endif
