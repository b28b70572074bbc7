#include "initrd-compose.h"

#include "../kernel-cmdline/cmdline.h"
#include "../payload/leaf-archive.h"
#include "initrd-plan.h"
#include "leaf-program.h"

/* From the first compressed file on, uncompressed ones are wrapped as well: order matters. */
static size_t first_wrapped(const struct initrd_plan *plan)
{
    size_t first = 0;

    while (plan->files[first].walk.format != INITRD_FORMAT_ZSTD)
        first++;
    return first;
}

/* Writes the leaf init's archive into pages of its own. */
static enum status add_archive(struct boot *boot, unsigned int part_count)
{
    struct initrd_plan *plan = &boot->plan;
    struct leaf_config config = {
        .init = cmdline_user_init(text_bytes(&boot->options)),
        .flags = boot->root.rootflags == ROOTFLAGS_LEAF ? boot->config.rootflags
                                                        : (struct bytes){ NULL, 0 },
        .onfail = boot->config.leaf_onfail,
        .is_verified = boot->config.given[KEY_initrd_sha256] > 0,
        .part_count = part_count,
    };
    size_t size_bytes;
    enum status st;

    if ((st = leaf_archive_size(&config, leaf_program(), &size_bytes)))
        return st;
    if ((st = pages_allocate(&plan->leaf_pages, boot->services, size_bytes)))
        return st;
    if ((st = leaf_archive_write(&config, leaf_program(),
                                 (struct buffer){ plan->leaf_pages.data, size_bytes })))
        return st;
    return initrd_layout_add(&plan->layout, (struct bytes){ plan->leaf_pages.data, size_bytes },
                             true);
}

/* Adds size_bytes of a file from an offset on, whether they are there or are still to come. */
static enum status add_of_file(struct initrd_plan *plan, size_t i, uint64_t offset,
                               uint64_t size_bytes, bool padded)
{
    const struct initrd_file *file = &plan->files[i];

    if (!initrd_plan_is_here(file))
        return initrd_layout_add_file(&plan->layout, i, offset, size_bytes, padded);
    return initrd_layout_add(&plan->layout,
                             bytes_first(bytes_from(file->blob.bytes, offset), size_bytes), padded);
}

static enum status add_file(struct initrd_plan *plan, size_t i)
{
    return add_of_file(plan, i, 0, initrd_plan_given_bytes(&plan->files[i]), true);
}

/* A file, from an offset on, that rides in an archive of its own: its head, the file, its tail. */
static enum status add_wrapped(struct initrd_plan *plan, unsigned int index, size_t i,
                               uint64_t offset)
{
    struct initrd_wrapping *wrapping = &plan->wrappings[index];
    uint64_t size_bytes = initrd_plan_given_bytes(&plan->files[i]) - offset;
    enum status st = leaf_part_head(index, size_bytes, wrapping->head);

    if (st)
        return st;
    leaf_part_tail(size_bytes, wrapping->tail);
    if ((st = initrd_layout_add(&plan->layout,
                                (struct bytes){ wrapping->head, sizeof(wrapping->head) }, false)))
        return st;
    if ((st = add_of_file(plan, i, offset, size_bytes, false)))
        return st;
    return initrd_layout_add(
        &plan->layout, (struct bytes){ wrapping->tail, leaf_part_tail_bytes(size_bytes) }, true);
}

/* The archives in front of the first compressed one stay as they are, where the kernel looks
 * for microcode and ACPI tables. */
static enum status layout_wrapped(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    size_t first = first_wrapped(plan);
    uint64_t early_bytes = plan->files[first].walk.early_bytes;
    enum status st;

    if ((st = add_archive(boot, (unsigned int)(plan->count - first))))
        return st;
    for (size_t i = 0; i < first; i++)
        if ((st = add_file(plan, i)))
            return st;
    if ((st = add_of_file(plan, first, 0, early_bytes, true)))
        return st;
    for (size_t i = first; i < plan->count; i++)
        if ((st = add_wrapped(plan, (unsigned int)(i - first), i, i == first ? early_bytes : 0)))
            return st;
    return STATUS_OK;
}

static enum status layout_plain(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    if (boot->root.mode == ROOT_LEAF && (st = add_archive(boot, 0)))
        return st;
    for (size_t i = 0; i < plan->count; i++)
        if ((st = add_file(plan, i)))
            return st;
    return STATUS_OK;
}

enum status initrd_compose(struct boot *boot)
{
    enum status st = boot->plan.wrap ? layout_wrapped(boot) : layout_plain(boot);

    return st ? st : initrd_plan_room(boot, boot->plan.layout.size_bytes, 0);
}
