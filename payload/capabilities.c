#include "capabilities.h"
#include "decoder.h"
#include "kernel-payload.h"
#include "word-search.h"

/*
 * The first four lie in the kernel between NULs, as names of parameters do (__setup). nullfs
 * shows only in what the kernel logs: its bare name is merged away into the end of another. The
 * last is a message of the initramfs's own zstd decoder (lib/decompress_unzstd.c); the bare name
 * of the format is there without it as well.
 */
enum word {
    WORD_NULLFS_ROOTFS,
    WORD_IMMUTABLE_ROOTFS,
    WORD_NONROOT_INITRAMFS,
    WORD_INITRAMFS_OPTIONS,
    WORD_ON_NULLFS,
    WORD_ZSTD,
    WORD_COUNT,
};

static const struct search_word words[WORD_COUNT] = {
    [WORD_NULLFS_ROOTFS] = { BYTES("nullfs_rootfs"), true },
    [WORD_IMMUTABLE_ROOTFS] = { BYTES("immutable_rootfs"), true },
    [WORD_NONROOT_INITRAMFS] = { BYTES("nonroot_initramfs"), true },
    [WORD_INITRAMFS_OPTIONS] = { BYTES("initramfs_options="), true },
    [WORD_ON_NULLFS] = { BYTES("rootfs on nullfs"), false },
    [WORD_ZSTD] = { BYTES("ZSTD-compressed data is corrupt"), false },
};

static struct capabilities unknown(const char *source, const char *fault)
{
    return (struct capabilities){ .source = source, .fault = fault };
}

/* The pieces overlap, so that each word lies in one of them whole, with a byte on either side. */
static uint32_t search_in_pieces(struct bytes kernel, const struct pause *pause)
{
    uint32_t found = 0;

    while (kernel.size > 0) {
        found |= word_search(bytes_first(kernel, PAUSE_BYTES + WORD_SEARCH_WORD_MAX_BYTES + 2),
                             words, WORD_COUNT);
        kernel = bytes_from(kernel, PAUSE_BYTES);
        pause_call(pause);
    }
    return found;
}

static struct capabilities search(struct bytes kernel, const struct pause *pause,
                                  const char *source)
{
    uint32_t found = search_in_pieces(kernel, pause);
    struct capabilities capabilities = {
        .known = true,
        .nullfs_rootfs = found & 1u << WORD_NULLFS_ROOTFS,
        .immutable_rootfs = found & 1u << WORD_IMMUTABLE_ROOTFS,
        .nonroot_initramfs = found & 1u << WORD_NONROOT_INITRAMFS,
        .initramfs_options = found & 1u << WORD_INITRAMFS_OPTIONS,
        .zstd = found & 1u << WORD_ZSTD,
        .source = source,
    };

    /* The series that brought nullfs logged the same line, and only after its word was given. */
    capabilities.nullfs = (found & 1u << WORD_ON_NULLFS) && !capabilities.nullfs_rootfs &&
                          !capabilities.immutable_rootfs;
    return capabilities;
}

/* Static, so that it can outlive the call. */
static const char *packed_source(enum packing packing)
{
    switch (packing) {
    case PACKING_GZIP:
        return "gzip payload";
    case PACKING_LZ4:
        return "lz4 payload";
    case PACKING_XZ:
        return "xz payload";
    case PACKING_ZSTD:
        return "zstd payload";
    case PACKING_BZIP2:
        return "bzip2 payload";
    case PACKING_LZMA:
        return "lzma payload";
    case PACKING_LZO:
        return "lzo payload";
    case PACKING_UNKNOWN:
        break;
    }
    return "payload";
}

static const char *fault_of(enum decoder_result result)
{
    switch (result) {
    case DECODER_UNSUPPORTED:
        return "is in a format that is not read";
    case DECODER_NO_MEMORY:
        return "can't be unpacked: not enough memory";
    case DECODER_DONE:
    case DECODER_CORRUPT:
        break;
    }
    return "is damaged";
}

static struct capabilities search_packed(const struct kernel_payload *payload,
                                         const struct allocator *allocator,
                                         const struct pause *pause)
{
    const char *source = packed_source(packing_of(payload->bytes));
    struct buffer kernel = { NULL, payload->unpacked_bytes };
    struct capabilities capabilities;
    enum decoder_result result;

    if (!packing_is_read(packing_of(payload->bytes)))
        return unknown(source, fault_of(DECODER_UNSUPPORTED));
    if (kernel.size == 0)
        return unknown(source, fault_of(DECODER_CORRUPT));
    if (kernel.size > CAPABILITIES_KERNEL_MAX_BYTES)
        return unknown(source, "says that it unpacks to more than 256 MiB");
    kernel.data = allocator->allocate(allocator->context, kernel.size);
    if (!kernel.data)
        return unknown(source, fault_of(DECODER_NO_MEMORY));

    result = decoder_unpack(payload->bytes, allocator, pause, kernel);
    capabilities = result == DECODER_DONE
                       ? search((struct bytes){ kernel.data, kernel.size }, pause, source)
                       : unknown(source, fault_of(result));
    allocator->release(allocator->context, kernel.data);
    return capabilities;
}

struct capabilities capabilities_read(struct bytes image, const struct allocator *allocator,
                                      const struct pause *pause)
{
    struct kernel_payload payload = kernel_payload_find(image);

    switch (payload.kind) {
    case KERNEL_PAYLOAD_PACKED:
        return search_packed(&payload, allocator, pause);
    case KERNEL_PAYLOAD_PLAIN:
        return search(payload.bytes, pause, "uncompressed image");
    case KERNEL_PAYLOAD_OUTSIDE:
        return unknown("payload", "lies outside of the image");
    case KERNEL_PAYLOAD_NONE:
        break;
    }
    return unknown("image", "is of a kind that is not known");
}

void capabilities_describe_source(const struct capabilities *capabilities, struct text *text)
{
    text_add(text, capabilities->source);
    if (capabilities->fault) {
        text_add(text, " ");
        text_add(text, capabilities->fault);
    }
}

static void add_name(struct text *text, bool has, const char *name, bool *any)
{
    if (!has)
        return;
    if (*any)
        text_add(text, ", ");
    text_add(text, name);
    *any = true;
}

void capabilities_describe_mechanisms(const struct capabilities *capabilities, struct text *text)
{
    bool any = false;

    add_name(text, capabilities->nullfs, "nullfs", &any);
    add_name(text, capabilities->nullfs_rootfs, "nullfs_rootfs", &any);
    add_name(text, capabilities->immutable_rootfs, "immutable_rootfs", &any);
    add_name(text, capabilities->nonroot_initramfs, "nonroot_initramfs", &any);
    if (!any)
        text_add(text, "none");
}

void capabilities_describe(const struct capabilities *capabilities, struct text *text)
{
    if (capabilities->known) {
        capabilities_describe_mechanisms(capabilities, text);
        if (capabilities->initramfs_options)
            text_add(text, ", initramfs_options=");
    } else {
        text_add(text, "unknown");
    }
    text_add(text, " (");
    capabilities_describe_source(capabilities, text);
    text_add(text, ")");
}
