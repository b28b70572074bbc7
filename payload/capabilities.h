/*
 * What a kernel image can do about its root, learnt from the words that it carries: a vendor's
 * backport shows there, while a version number says nothing of it. The image is untrusted:
 * nothing outside of it is ever read, and time and memory are bounded by the limits below.
 *
 * x86: the payload behind the setup header (Documentation/arch/x86/boot.rst) is unpacked;
 * arm64: an Image is searched as it is, the payload of a compressed EFI image (CONFIG_EFI_ZBOOT,
 * drivers/firmware/efi/libstub/zboot-header.S) is unpacked.
 */
#ifndef PAYLOAD_CAPABILITIES_H
#define PAYLOAD_CAPABILITIES_H

#include "allocator.h"
#include "bytes.h"
#include "pause.h"
#include "text.h"

/*
 * The largest unpacked kernel that is believed, in bytes. Exactly the unpacked size is
 * allocated during the search, which is what the kernel itself needs a moment later, and
 * DECODER_MEMORY_MAX_BYTES (decoder.h) beside it. Debian's kernels have 55 to 70 MB.
 */
#define CAPABILITIES_KERNEL_MAX_BYTES (UINT32_C(256) * 1024 * 1024)

/* The length of the longest text that capabilities_describe adds, in bytes. */
#define CAPABILITIES_TEXT_MAX_BYTES 192

struct capabilities {
    /* All of the kernel was searched: what is not set below is not there. Otherwise nothing is
     * known, and nothing below is set. */
    bool known;
    /* Always on nullfs, without a word: Linux 7.0 and later. Not set where nullfs must be asked
     * for by one of the next two words. */
    bool nullfs;
    /* The kernel knows these bare words. */
    bool nullfs_rootfs, immutable_rootfs, nonroot_initramfs;
    /* The kernel knows initramfs_options=: mount options of the tmpfs that is its rootfs. */
    bool initramfs_options;
    /* The kernel can unpack an initramfs that is compressed with zstd (CONFIG_RD_ZSTD). */
    bool zstd;
    const char *source; /* what was searched, or should have been: "zstd payload"; static */
    const char *fault;  /* known: NULL; else what is wrong with the source: "is damaged"; static */
};

/*
 * Never fails: what can't be learnt is unknown, and fault says why. image: the whole file;
 * whether it is one to start is kernel_image_read's question. All memory is released before
 * this returns. pause: as decoder_unpack calls it, and during the search.
 */
struct capabilities capabilities_read(struct bytes image, const struct allocator *allocator,
                                      const struct pause *pause);

/* Adds "nullfs, initramfs_options= (zstd payload)", "none (...)" or "unknown (bzip2 payload ...)".
 */
void capabilities_describe(const struct capabilities *capabilities, struct text *text);

/* Adds the part in the brackets: how it was learnt, or why not. */
void capabilities_describe_source(const struct capabilities *capabilities, struct text *text);

/* Adds the mechanisms alone, apart by ", "; "none" when there is none. */
void capabilities_describe_mechanisms(const struct capabilities *capabilities, struct text *text);

#endif
