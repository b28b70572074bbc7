/*
 * Builds small kernel images in memory: good ones, which tests then damage by writing other
 * numbers into their headers. The layout is that of Linux 6.12 for x86, made smaller.
 */
#ifndef TESTS_UNIT_KERNEL_BUILDER_H
#define TESTS_UNIT_KERNEL_BUILDER_H

#include "support.h"

#define BUILT_BYTES         0x3000
#define BUILT_SETUP_BYTES   0x1000
#define BUILT_VERSION       0x800
#define BUILT_BANNER        0x2100
#define BUILT_RELEASE       "6.12.0-test (builder) #1 SMP"
#define BUILT_CMDLINE_BYTES 2047

/* Where the built image has its headers */
#define AT_PE_OFFSET       0x3c
#define AT_PE              0x40
#define AT_MACHINE         0x44
#define AT_SECTIONS_COUNT  0x46
#define AT_OPTIONAL_BYTES  0x54
#define AT_MAGIC           0x58
#define AT_ENTRY_POINT     0x68
#define AT_MAJOR_VERSION   0x84
#define AT_SIZE_OF_IMAGE   0x90
#define AT_SIZE_OF_HEADERS 0x94
#define AT_SUBSYSTEM       0x9c
#define AT_DIRECTORIES     0xc4
#define AT_SECTION_1       0xf8
#define AT_SECTION_2       0x120
#define IN_VIRTUAL_SIZE    8
#define IN_VIRTUAL_ADDRESS 12
#define IN_RAW_SIZE        16
#define IN_RAW_OFFSET      20
#define AT_SETUP_SECTS     0x1f1
#define AT_SYSSIZE         0x1f4
#define AT_BOOT_FLAG       0x1fe
#define AT_HDRS            0x202
#define AT_PROTOCOL        0x206
#define AT_VERSION_POINTER 0x20e
#define AT_CMDLINE_SIZE    0x238
#define AT_ARM64_FLAGS     0x18
#define AT_ARM64_MAGIC     0x38
#define AT_ZBOOT_MAGIC     4

static inline void put(struct buffer image, size_t offset, unsigned int size_bytes, uint64_t number)
{
    assert_true(offset + size_bytes <= image.size);
    for (unsigned int i = 0; i < size_bytes; i++)
        image.data[offset + i] = (uint8_t)(number >> (8 * i));
}

static inline void put_text(struct buffer image, size_t offset, const char *text)
{
    assert_true(offset + strlen(text) <= image.size);
    memcpy(image.data + offset, text, strlen(text));
}

static inline void put_section(struct buffer image, size_t offset, const char *name, uint32_t start,
                               uint32_t size_bytes)
{
    put_text(image, offset, name);
    put(image, offset + IN_VIRTUAL_SIZE, 4, size_bytes);
    put(image, offset + IN_VIRTUAL_ADDRESS, 4, start);
    put(image, offset + IN_RAW_SIZE, 4, size_bytes);
    put(image, offset + IN_RAW_OFFSET, 4, start);
}

/* Any EFI application; free() the data. */
static inline struct buffer build_efi(uint16_t machine)
{
    struct buffer image = { calloc(1, BUILT_BYTES), BUILT_BYTES };

    assert_non_null(image.data);
    put_text(image, 0, "MZ");
    put(image, AT_PE_OFFSET, 4, AT_PE);
    put_text(image, AT_PE, "PE");
    put(image, AT_MACHINE, 2, machine);
    put(image, AT_SECTIONS_COUNT, 2, 2);
    put(image, AT_OPTIONAL_BYTES, 2, 160);
    put(image, AT_MAGIC, 2, 0x20b);
    put(image, AT_ENTRY_POINT, 4, 0x2000);
    put(image, AT_SIZE_OF_IMAGE, 4, 0x4000);
    put(image, AT_SIZE_OF_HEADERS, 4, 0x1000);
    put(image, AT_SUBSYSTEM, 2, 10);
    put(image, AT_DIRECTORIES, 4, 6);
    put_section(image, AT_SECTION_1, ".setup", 0x1000, 0x1000);
    put_section(image, AT_SECTION_2, ".text", 0x2000, 0x1000);
    return image;
}

static inline struct buffer build_x86(void)
{
    struct buffer image = build_efi(0x8664);

    put(image, AT_MAJOR_VERSION, 2, 3);
    put(image, AT_SETUP_SECTS, 1, BUILT_SETUP_BYTES / 512 - 1);
    put(image, AT_SYSSIZE, 4, (BUILT_BYTES - BUILT_SETUP_BYTES) / 16);
    put(image, AT_BOOT_FLAG, 2, 0xaa55);
    put_text(image, AT_HDRS, "HdrS");
    put(image, AT_PROTOCOL, 2, 0x20f);
    put(image, AT_VERSION_POINTER, 2, BUILT_VERSION - 0x200);
    put(image, AT_CMDLINE_SIZE, 4, BUILT_CMDLINE_BYTES);
    put_text(image, BUILT_VERSION, BUILT_RELEASE);
    return image;
}

static inline struct buffer build_arm64(void)
{
    struct buffer image = build_efi(0xaa64);

    put(image, AT_MAJOR_VERSION, 2, 3);
    put_text(image, AT_ARM64_MAGIC, "ARMd");
    put_text(image, BUILT_BANNER, "Linux version " BUILT_RELEASE "\n");
    return image;
}

/* One number that is written over a good header. */
struct patch {
    size_t offset;
    unsigned int size_bytes; /* 0: nothing is written */
    uint64_t number;
};

static inline void apply(struct buffer image, const struct patch *patches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(image, patches[i].offset, patches[i].size_bytes, patches[i].number);
}

#endif
