#include "unpack.h"

#include "../net/download.h"
#include "../payload/decoder.h"
#include "../payload/unzstd.h"
#include "arch/cycles.h"
#include "arch/initrd-stub.h"
#include "memory.h"
#include "root.h"

/* Kernels fail to unpack a compressed archive from this size on, in bytes: they count with 32
 * bits within the decoders. */
#define COMPRESSED_MOST_BYTES UINT32_MAX

/* What is unpacked lies in memory twice for a moment: as the loader has it, and as the kernel's
 * files. Half of what is free is for everything else. */
#define ROOM_DIVISOR 4

bool unpack_has_room(const struct boot *boot)
{
    const struct config *config = &boot->config;
    struct memory memory = memory_look(boot->services);
    uint64_t left_bytes = memory.free_bytes / ROOM_DIVISOR;

    for (size_t i = 0; i < config->given[KEY_initrd_unpacked_size]; i++) {
        if (config->initrd_unpacked_size[i] > left_bytes)
            return false;
        left_bytes -= config->initrd_unpacked_size[i];
    }
    return config->given[KEY_initrd_unpacked_size] > 0;
}

static const char *reason_of(const struct boot *boot)
{
    if (boot->config.decompress == DECOMPRESS_NEVER)
        return NULL;
    if (boot->config.decompress == DECOMPRESS_ALWAYS)
        return "as configured";
    return boot->plan.roomy ? "there is memory for it" : NULL;
}

const char *unpack_early_reason(const struct boot *boot)
{
    const struct config *config = &boot->config;
    bool may_be_leaf = config->root_mode == ROOT_AUTO || config->root_mode == ROOT_LEAF;

    if (config->decompress == DECOMPRESS_AUTO && may_be_leaf &&
        !download_leaves_time(boot->network))
        return NULL;
    return reason_of(boot);
}

static bool kernel_lacks_zstd(struct boot *boot)
{
    const struct capabilities *capabilities = root_ask_kernel(boot);

    return capabilities->known && !capabilities->zstd;
}

const char *unpack_last_reason(struct boot *boot, const struct initrd_file *file,
                               enum initrd_format format)
{
    const char *reason;

    /* The leaf init unpacks what is wrapped. */
    if (boot->plan.wrap || format != INITRD_FORMAT_ZSTD ||
        boot->config.decompress == DECOMPRESS_NEVER)
        return NULL;
    if ((reason = reason_of(boot)))
        return reason;
    if (file->size_bytes > COMPRESSED_MOST_BYTES)
        return "no kernel unpacks 4 GiB and more of zstd";
    return kernel_lacks_zstd(boot) ? "the kernel does not know zstd" : NULL;
}

void unpack_decide(struct boot *boot, struct initrd_file *file, const char *reason)
{
    char memory[120];
    struct text line = TEXT(memory);

    file->unpacked = true;
    text_add(&line, "initrd: unpacked here (");
    text_add(&line, reason);
    text_add(&line, ")");
    console_line(&boot->console, &line);
}

/* A file that is in memory. */
static enum status unpack(struct boot *boot, const struct unzstd_request *request,
                          struct bytes file, uint64_t *ret_size_bytes)
{
    uint64_t start_cycles = cycles_now();
    enum status st = unzstd_all(request, file, ret_size_bytes);

    stages_add_work(&boot->stages, STAGE_WORK_UNPACK, cycles_now() - start_cycles);
    return st;
}

enum status unpack_measure(struct boot *boot, size_t index)
{
    struct initrd_file *file = &boot->plan.files[index];
    struct allocator allocator = platform_allocator(&boot->platform);
    struct memory memory = memory_look(boot->services);
    bool told = boot->config.given[KEY_initrd_unpacked_size] > 0;
    const char *reason = unpack_last_reason(boot, file, file->walk.format);
    struct unzstd_request request = {
        .allocator = &allocator,
        .verbatim_bytes = file->walk.early_bytes,
        .limit_bytes = memory.known ? memory.largest_bytes : UINT64_MAX,
        .detail = &boot->detail,
    };
    enum status st;

    if (!reason)
        return STATUS_OK;
    unpack_decide(boot, file, reason);
    file->unpacked_bytes = boot->config.initrd_unpacked_size[index];
    if (told && INITRD_STUB_HEEDS_FAILURE)
        return STATUS_OK;
    if (told)
        request.limit_bytes = file->unpacked_bytes;
    st = unpack(boot, &request, file->blob.bytes, &file->unpacked_bytes);
    if (st == STATUS_UNPACK_LARGE && !told) {
        text_add(&boot->detail, "; ");
        memory_describe(&memory, &boot->detail);
    }
    if (!st && told && file->unpacked_bytes != request.limit_bytes) {
        text_add(&boot->detail, "expected ");
        text_add_u64(&boot->detail, request.limit_bytes);
        text_add(&boot->detail, " bytes, found ");
        text_add_u64(&boot->detail, file->unpacked_bytes);
        return STATUS_UNPACK_SIZE;
    }
    return st;
}

enum status unpack_into(struct boot *boot, const struct initrd_file *file, struct buffer region)
{
    struct allocator allocator = platform_allocator(&boot->platform);
    struct unzstd_request request = {
        .allocator = &allocator,
        .verbatim_bytes = file->walk.early_bytes,
        .output = region,
        .detail = &boot->detail,
    };
    uint64_t size_bytes;

    return unpack(boot, &request, file->blob.bytes, &size_bytes);
}

enum status unpack_kernel(struct boot *boot, uint64_t limit_bytes)
{
    struct allocator allocator = platform_allocator(&boot->platform);
    struct unzstd_request request = {
        .allocator = &allocator,
        .limit_bytes = limit_bytes,
        .detail = &boot->detail,
    };
    struct pages unpacked = { 0 };
    char memory[120];
    struct text line = TEXT(memory);
    uint64_t size_bytes;
    enum status st;

    if (boot->config.decompress == DECOMPRESS_NEVER ||
        packing_of(boot->kernel.bytes) != PACKING_ZSTD)
        return STATUS_OK;
    if ((st = unpack(boot, &request, boot->kernel.bytes, &size_bytes)))
        return st;
    if ((st = pages_allocate(&unpacked, boot->services, size_bytes)))
        return st;
    request.output = (struct buffer){ unpacked.data, size_bytes };
    if ((st = unpack(boot, &request, boot->kernel.bytes, &size_bytes))) {
        pages_free(&unpacked);
        return st;
    }
    pages_free(&boot->kernel.pages);
    boot->kernel = (struct blob){ unpacked, { unpacked.data, size_bytes } };
    text_add(&line, "kernel: unpacked to ");
    text_add_size(&line, size_bytes);
    console_line(&boot->console, &line);
    return STATUS_OK;
}
