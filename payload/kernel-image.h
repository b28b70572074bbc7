/*
 * What a kernel image says of itself, read from its headers before the firmware sees it.
 * The image is untrusted; nothing outside of it is ever read.
 *
 * x86: the setup header (Documentation/arch/x86/boot.rst) and the PE header of the EFI stub;
 * arm64: the Image header (Documentation/arch/arm64/booting.rst) or that of a compressed EFI
 * image (CONFIG_EFI_ZBOOT, whose version can't be read), and the PE header.
 */
#ifndef PAYLOAD_KERNEL_IMAGE_H
#define PAYLOAD_KERNEL_IMAGE_H

#include "architecture.h"
#include "bytes.h"
#include "status.h"
#include "text.h"

/* The longest command line that is believed to be possible, in bytes: Linux takes 2047. */
#define KERNEL_CMDLINE_MAX_BYTES (64 * 1024 - 1)
#define KERNEL_VERSION_MAX_BYTES 128

struct kernel_image {
    /* The longest command line without its NUL, in bytes: x86: cmdline_size, 1 to
     * KERNEL_CMDLINE_MAX_BYTES; else 2047. */
    uint32_t cmdline_limit_bytes;
    /* The release and what follows, as in uname -r -v: printable ASCII, at most
     * KERNEL_VERSION_MAX_BYTES, points into the image; empty where it is not found. */
    struct bytes version;
};

/*
 * STATUS_KERNEL_NOT_PE        no MZ or PE signature (detail shows the first bytes' meaning
 *                             where it is known: gzip, zstd, xz, ELF, HTML, a UKI...)
 * STATUS_KERNEL_NOT_LINUX     an EFI executable without a kernel's header
 * STATUS_KERNEL_TRUNCATED     headers or sections reach beyond the end (bytes said and found)
 * STATUS_KERNEL_ARCHITECTURE  for another machine (both are named)
 * STATUS_KERNEL_NO_EFI_STUB   built without CONFIG_EFI_STUB, or too old for LoadFile2 initrds
 * STATUS_KERNEL_MALFORMED     headers that contradict themselves
 */
enum status kernel_image_read(struct bytes image, enum architecture expected, struct text *detail,
                              struct kernel_image *ret_kernel);

#endif
