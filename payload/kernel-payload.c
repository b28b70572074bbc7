#include "kernel-payload.h"
#include "decoder.h"
#include "little-endian.h"

/* The x86 setup header, in bytes from the start of the file */
#define X86_SETUP_SECTS         0x1f1
#define X86_BOOT_FLAG           0x1fe
#define X86_BOOT_FLAG_VALUE     0xaa55
#define X86_MAGIC               0x202
#define X86_PROTOCOL            0x206
#define X86_PROTOCOL_PAYLOAD    0x0208 /* the first protocol with the next two */
#define X86_PAYLOAD_OFFSET      0x248  /* from the end of the setup code */
#define X86_PAYLOAD_LENGTH      0x24c
#define X86_SECTOR_BYTES        512
#define X86_SETUP_SECTS_DEFAULT 4 /* what 0 stands for */

#define ARM64_MAGIC 0x38

#define ZBOOT_MAGIC          4
#define ZBOOT_PAYLOAD_OFFSET 8
#define ZBOOT_PAYLOAD_LENGTH 12

/* Behind the compressed file its build writes the size of what is in it. A gzip file ends with
 * that number anyway, so there it is not written a second time. */
#define SIZE_BYTES 4

static bool has_magic(struct bytes image, size_t offset, struct bytes magic)
{
    return bytes_start_with(bytes_from(image, offset), magic);
}

static bool is_within(struct bytes image, uint64_t offset, uint64_t length)
{
    return offset <= image.size && length <= image.size - offset;
}

/* length: with the size at the end. */
static struct kernel_payload packed_payload(struct bytes image, uint64_t offset, uint64_t length)
{
    struct kernel_payload payload = { .kind = KERNEL_PAYLOAD_OUTSIDE };

    if (length < SIZE_BYTES || !is_within(image, offset, length))
        return payload;
    payload.kind = KERNEL_PAYLOAD_PACKED;
    payload.bytes = bytes_first(bytes_from(image, (size_t)offset), (size_t)length);
    payload.unpacked_bytes = le_u32(payload.bytes, length - SIZE_BYTES);
    if (packing_of(payload.bytes) != PACKING_GZIP)
        payload.bytes.size -= SIZE_BYTES;
    return payload;
}

static struct kernel_payload find_x86(struct bytes image)
{
    uint64_t setup_bytes = le_u8(image, X86_SETUP_SECTS);

    if (setup_bytes == 0)
        setup_bytes = X86_SETUP_SECTS_DEFAULT;
    setup_bytes = (setup_bytes + 1) * X86_SECTOR_BYTES;
    return packed_payload(image, setup_bytes + le_u32(image, X86_PAYLOAD_OFFSET),
                          le_u32(image, X86_PAYLOAD_LENGTH));
}

/* Here the header does not count the size behind the file. */
static struct kernel_payload find_zboot(struct bytes image)
{
    uint64_t offset = le_u32(image, ZBOOT_PAYLOAD_OFFSET);
    uint64_t length = le_u32(image, ZBOOT_PAYLOAD_LENGTH);

    if (is_within(image, offset, length) &&
        packing_of(bytes_from(image, (size_t)offset)) != PACKING_GZIP)
        length += SIZE_BYTES;
    return packed_payload(image, offset, length);
}

struct kernel_payload kernel_payload_find(struct bytes image)
{
    if (has_magic(image, X86_MAGIC, BYTES("HdrS")) &&
        le_u16(image, X86_BOOT_FLAG) == X86_BOOT_FLAG_VALUE &&
        le_u16(image, X86_PROTOCOL) >= X86_PROTOCOL_PAYLOAD)
        return find_x86(image);
    if (has_magic(image, 0, BYTES("MZ")) && has_magic(image, ZBOOT_MAGIC, BYTES("zimg")))
        return find_zboot(image);
    if (has_magic(image, ARM64_MAGIC, BYTES("ARM\x64")))
        return (struct kernel_payload){ .kind = KERNEL_PAYLOAD_PLAIN, .bytes = image };
    return (struct kernel_payload){ .kind = KERNEL_PAYLOAD_NONE };
}
