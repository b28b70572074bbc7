/* kernel_image_read, once for each architecture. */
#include "fuzz.h"
#include "payload/kernel-image.h"

static void check_version(struct bytes version, struct bytes image)
{
    require(inside(version, image) && version.size <= KERNEL_VERSION_MAX_BYTES);
    for (size_t i = 0; i < version.size; i++)
        require(version.data[i] >= ' ' && version.data[i] <= '~');
}

/* Whatever stands behind a good image, such as a signature, makes no difference. */
static void check_longer(struct bytes image, enum architecture architecture,
                         const struct kernel_image *kernel)
{
    char memory[256];
    struct text detail = TEXT(memory);
    struct kernel_image again;
    uint8_t *longer = calloc(1, image.size + 100);

    require(longer != NULL);
    memcpy(longer, image.data, image.size);
    require(kernel_image_read((struct bytes){ longer, image.size + 100 }, architecture, &detail,
                              &again) == STATUS_OK);
    require(again.cmdline_limit_bytes == kernel->cmdline_limit_bytes);
    require(bytes_start_with(again.version, kernel->version));
    free(longer);
}

static void read_as(struct bytes image, enum architecture architecture)
{
    char memory[256];
    struct text detail = TEXT(memory);
    struct kernel_image kernel;
    enum status st = kernel_image_read(image, architecture, &detail, &kernel);

    require(st == STATUS_OK || (st >= STATUS_KERNEL_NOT_PE && st <= STATUS_KERNEL_MALFORMED));
    require_detail(&detail, st != STATUS_OK);
    if (st)
        return;
    require(bytes_start_with(image, BYTES("MZ")));
    require(kernel.cmdline_limit_bytes >= 1);
    require(kernel.cmdline_limit_bytes <= KERNEL_CMDLINE_MAX_BYTES);
    check_version(kernel.version, image);
    check_longer(image, architecture, &kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes image = { data, size };

    read_as(image, ARCHITECTURE_X64);
    read_as(image, ARCHITECTURE_AA64);
    return 0;
}
