/* Carries out what initrd-plan.h decided: from the files to what the kernel gets. */
#ifndef EFI_INITRD_LOAD_H
#define EFI_INITRD_LOAD_H

#include "boot.h"

/*
 * Begins to fetch the first file that is not streamed, where there is plenty of room for it; from
 * here on, nothing else is fetched before initrd_load_early. Errors of configure_resolve;
 * STATUS_OUT_OF_MEMORY.
 */
enum status initrd_load_begin(struct boot *boot);

/* Goes on with that, and never waits; harmless when nothing is under way. What fails is told by
 * initrd_load_early. */
void initrd_load_poll(struct boot *boot);

/* Ends it, wherever it is; harmless when nothing is under way. */
void initrd_load_abandon(struct boot *boot);

/*
 * Fetches and verifies the files that are not streamed. Errors of initrd_load_file.
 */
enum status initrd_load_early(struct boot *boot);

/* The same for one file, by its position, which is not in memory yet. Where it is planned to be
 * unpacked it is, while it arrives. Its format is known then. Errors of configure_resolve,
 * fetch_file and unzstd. */
enum status initrd_load_file(struct boot *boot, size_t i);

/*
 * Writes what the kernel gets into the kernel's own buffer, of plan.layout.size_bytes; streamed
 * files are fetched on the way and verified one after the other. Unless it returns STATUS_OK
 * the contents are undefined, unverified and must not be used.
 * STATUS_INITRD_CHANGED: a verified file is not what its beginning had shown;
 * STATUS_INITRD_AGAIN: the network is stopped already; errors of configure_resolve, fetch_into,
 * unpack_into.
 */
enum status initrd_load(struct boot *boot, struct buffer to);

#endif
