/* capabilities_read: the image's headers, and every decoder behind them. */
#include "fuzz.h"
#include "payload/capabilities.h"

/* What a single request may be, in bytes: larger ones only make the fuzzer slow. */
#define REQUEST_MAX_BYTES (1024 * 1024)

static void *allocate(void *context, size_t size_bytes)
{
    unsigned int *taken = context;
    void *memory;

    require(size_bytes > 0 && size_bytes <= CAPABILITIES_KERNEL_MAX_BYTES);
    if (size_bytes > REQUEST_MAX_BYTES)
        return NULL;
    memory = malloc(size_bytes);
    require(memory != NULL);
    ++*taken;
    return memory;
}

static void release(void *context, void *memory)
{
    unsigned int *taken = context;

    if (memory)
        --*taken;
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned int taken = 0;
    const struct allocator allocator = { allocate, release, &taken };
    struct bytes image = { data, size };
    struct capabilities found = capabilities_read(image, &allocator, &(struct pause){ NULL, NULL });
    char memory[CAPABILITIES_TEXT_MAX_BYTES];
    struct text text = TEXT(memory);

    require(taken == 0);
    require(found.source != NULL && found.known == (found.fault == NULL));
    if (!found.known)
        require(!found.nullfs && !found.nullfs_rootfs && !found.immutable_rootfs &&
                !found.nonroot_initramfs && !found.initramfs_options);
    require(!found.nullfs || (!found.nullfs_rootfs && !found.immutable_rootfs));
    capabilities_describe(&found, &text);
    require(!text.truncated && text.size > 0);
    return 0;
}
