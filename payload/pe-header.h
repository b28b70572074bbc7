/*
 * The headers of a PE32+ file (Microsoft's "PE Format"), as far as an EFI loader relies on
 * them. Offsets are those of the specification.
 */
#ifndef PAYLOAD_PE_HEADER_H
#define PAYLOAD_PE_HEADER_H

#include "bytes.h"
#include "status.h"
#include "text.h"

#define PE_MACHINE_I386      0x014c
#define PE_MACHINE_ARM       0x01c0
#define PE_MACHINE_THUMB     0x01c2
#define PE_MACHINE_RISCV64   0x5064
#define PE_MACHINE_LOONGARCH 0x6264
#define PE_MACHINE_X64       0x8664
#define PE_MACHINE_AA64      0xaa64

/* The largest SizeOfImage that is believed, in bytes: 1 GiB. */
#define PE_IMAGE_MAX_BYTES (UINT32_C(1) << 30)

struct pe_header {
    uint16_t machine;
    uint16_t sections_count;
    uint16_t optional_size_bytes;
    uint64_t optional_offset; /* of the optional header in the file */
    uint64_t sections_offset; /* of the section table */
};

/* Whether the file starts with an MS-DOS header's signature. */
bool pe_has_mz(struct bytes file);

/*
 * Finds the headers. file: untrusted, starts with MZ.
 * STATUS_KERNEL_NOT_PE     no PE signature where the MS-DOS header points to
 * STATUS_KERNEL_TRUNCATED  the headers reach beyond the end
 */
enum status pe_header_read(struct bytes file, struct text *detail, struct pe_header *ret_header);

struct pe_section {
    struct bytes name; /* without the NULs that fill it up */
    uint32_t virtual_address;
    uint32_t virtual_bytes;
    uint32_t raw_offset;
    uint32_t raw_bytes;
};

/* What the i-th section's header says, unchecked. i: below header->sections_count. */
struct pe_section pe_section_read(struct bytes file, const struct pe_header *header, size_t i);

/* Whether there is a section of that name (at most 8 bytes). header: of pe_header_read. */
bool pe_has_section(struct bytes file, const struct pe_header *header, struct bytes name);

/*
 * Checks what the firmware's loader would stumble over: the optional header, the sizes, the
 * entry point, and that all sections lie within the file and the image.
 * STATUS_KERNEL_TRUNCATED, STATUS_KERNEL_MALFORMED.
 */
enum status pe_header_check(struct bytes file, const struct pe_header *header, struct text *detail);

/* MajorImageVersion, which Linux counts up with what its EFI stub can do. */
uint16_t pe_major_image_version(struct bytes file, const struct pe_header *header);

#endif
