/*
 * What the kernel gets as its initrd: the configured files one behind the other, and with
 * rootfs=leaf the leaf init's archive in front of them (payload/leaf-archive.h). Decided here,
 * from sizes and the files' first bytes:
 *
 *  - whether the files are fetched into memory of ours and copied when the kernel asks for them
 *    (then what is wrong with them shows before the kernel is started), or straight into the
 *    buffer that the kernel's stub hands over (stream: half the memory). The stub must heed a
 *    failure then: efi/arch/initrd-stub.h;
 *  - whether pivotboot unpacks them: efi/unpack.h;
 *  - whether the leaf init unpacks them itself (wrap) or moves what the kernel unpacked.
 *
 * What a server says of sizes and first bytes is untrusted: initrd-load.h checks it against the
 * verified bytes.
 */
#ifndef EFI_INITRD_PLAN_H
#define EFI_INITRD_PLAN_H

#include "boot.h"

/*
 * Before the kernel is fetched: fills in the files' sizes, as pinned, or, where streaming is
 * possible at all, as the server says in answer to a request for the file's beginning.
 * STATUS_INITRD_ROOM: what is known already cannot fit into the memory; errors of
 * configure_resolve and fetch_range.
 */
enum status initrd_plan_sizes(struct boot *boot);

/*
 * Before anything is known of the kernel: decides which files are streamed, and which are unpacked
 * while they arrive. Same errors.
 */
enum status initrd_plan_stream(struct boot *boot);

/*
 * With the root mode known and what is not streamed in memory: fills in the rest of boot->plan but
 * the layout, and says in a line how it will be done. Without a word from the owner
 * (initrd-format), a server that ignores ranges means move where more than the first bytes of a
 * streamed file have to be seen. Errors of configure_resolve, fetch_range, initrd_load_file and
 * unpack_measure.
 */
enum status initrd_plan_choose(struct boot *boot);

/* What the kernel gets of a file, in bytes; SINK_SIZE_UNKNOWN. */
uint64_t initrd_plan_given_bytes(const struct initrd_file *file);

/* Whether the file's blob is what the kernel gets. */
bool initrd_plan_is_here(const struct initrd_file *file);

/*
 * Whether it can fit at all: what the stub wants in one block, and what must be there beside it.
 * What kernel and firmware need nobody knows beforehand. STATUS_INITRD_ROOM.
 */
enum status initrd_plan_room(struct boot *boot, uint64_t block_bytes, uint64_t other_bytes);

#endif
