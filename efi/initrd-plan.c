#include "initrd-plan.h"

#include "../kernel-cmdline/cmdline.h"
#include "../payload/cpio.h"
#include "../payload/leaf-archive.h"
#include "configure.h"
#include "leaf-program.h"

/* One window of an initrd, so that the walk can go on. A server that does not do ranges leaves
 * the format unknown. */
static enum status walk_on(struct boot *boot, struct bytes url, struct initrd_walk *walk,
                           bool *ret_over)
{
    struct fetch fetch = configure_fetch(boot);
    struct http_range range = { walk->offset, INITRD_WINDOW_BYTES };
    struct blob window = { .bytes = { NULL, 0 } };
    enum status st = fetch_range(&fetch, url, range, &boot->detail, &window.pages, &window.bytes);

    /* A file can end where a window would begin, too: then the answer is an error. */
    if (st == STATUS_HTTP_RANGE || (st == STATUS_HTTP_STATUS && range.offset > 0)) {
        text_clear(&boot->detail);
        *ret_over = true;
        return STATUS_OK;
    }
    if (st)
        return st;
    *ret_over = initrd_walk_window(walk, window.bytes, window.bytes.size < INITRD_WINDOW_BYTES);
    pages_free(&window.pages);
    return STATUS_OK;
}

static enum status learn(struct boot *boot, struct bytes reference, struct initrd_walk *ret_walk)
{
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    bool over = false;
    enum status st;

    if ((st = configure_resolve(boot, reference, &url)))
        return st;
    initrd_walk_init(ret_walk);
    while (!over)
        if ((st = walk_on(boot, text_bytes(&url), ret_walk, &over)))
            return st;
    return STATUS_OK;
}

/*
 * Everything that is wrapped is unpacked after everything that is not, and later files win:
 * so either all compressed files are wrapped or none is.
 */
static bool can_wrap(const struct initrd_plan *plan, size_t count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        if (plan->walks[i].format == INITRD_FORMAT_UNKNOWN)
            return false;
        any |= plan->walks[i].format == INITRD_FORMAT_ZSTD;
    }
    return any;
}

enum status initrd_plan_learn(struct boot *boot)
{
    const struct config *config = &boot->config;
    size_t count = config->given[KEY_initrd_url];
    enum status st;

    if (boot->root.mode != ROOT_LEAF)
        return STATUS_OK;
    for (size_t i = 0; i < count; i++)
        if ((st = learn(boot, config->initrd_url[i], &boot->plan.walks[i])))
            return st;
    boot->plan.wrap = can_wrap(&boot->plan, count);
    console_say(&boot->console, boot->plan.wrap
                                    ? "root: the leaf init unpacks the initrd itself (zstd)"
                                    : "root: the leaf init moves what the kernel unpacks");
    return STATUS_OK;
}

static void add_part(struct boot *boot, struct bytes bytes, bool padded)
{
    if (bytes.size > 0)
        boot->initrd.parts[boot->initrd.parts_count++] = (struct initrd_part){ bytes, padded };
}

/* The verified bytes count, not what an earlier request showed of them. */
static bool is_as_learnt(const struct boot *boot, size_t i)
{
    struct initrd_walk walk;

    initrd_walk_init(&walk);
    while (!initrd_walk_window(&walk, bytes_from(boot->initrds[i].bytes, walk.offset), true))
        ;
    return walk.format == boot->plan.walks[i].format &&
           walk.early_bytes == boot->plan.walks[i].early_bytes;
}

/* Whether wrapping still applies now that the files are there: none changed, none too large. */
static bool may_wrap(const struct boot *boot)
{
    if (!boot->plan.wrap)
        return false;
    for (size_t i = 0; i < boot->config.given[KEY_initrd_url]; i++)
        if (!is_as_learnt(boot, i) || boot->initrds[i].bytes.size > CPIO_SIZE_MAX_BYTES)
            return false;
    return true;
}

/* From the first compressed file on, uncompressed ones are wrapped as well: order matters. */
static size_t first_wrapped(const struct boot *boot)
{
    size_t first = 0;

    while (boot->plan.walks[first].format != INITRD_FORMAT_ZSTD)
        first++;
    return first;
}

/* Writes the leaf init's archive into pages of its own. */
static enum status write_archive(struct boot *boot, unsigned int part_count)
{
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
    if ((st = pages_allocate(&boot->leaf_pages, boot->services, size_bytes)))
        return st;
    if ((st = leaf_archive_write(&config, leaf_program(),
                                 (struct buffer){ boot->leaf_pages.data, size_bytes })))
        return st;
    add_part(boot, (struct bytes){ boot->leaf_pages.data, size_bytes }, true);
    return STATUS_OK;
}

/* A file that rides in an archive of its own: the archive's head, the file, its tail. */
static enum status add_wrapped(struct boot *boot, unsigned int index, struct bytes file)
{
    struct initrd_wrapping *wrapping = &boot->plan.wrappings[index];
    enum status st = leaf_part_head(index, file.size, wrapping->head);

    if (st)
        return st;
    leaf_part_tail(file.size, wrapping->tail);
    add_part(boot, (struct bytes){ wrapping->head, sizeof(wrapping->head) }, false);
    add_part(boot, file, false);
    add_part(boot, (struct bytes){ wrapping->tail, leaf_part_tail_bytes(file.size) }, true);
    return STATUS_OK;
}

/* The archives in front of the first compressed one stay as they are, where the kernel looks
 * for microcode and ACPI tables. */
static enum status assemble_wrapped(struct boot *boot)
{
    size_t count = boot->config.given[KEY_initrd_url], first = first_wrapped(boot);
    size_t early_bytes = (size_t)boot->plan.walks[first].early_bytes;
    enum status st;

    if ((st = write_archive(boot, (unsigned int)(count - first))))
        return st;
    for (size_t i = 0; i < first; i++)
        add_part(boot, boot->initrds[i].bytes, true);
    add_part(boot, bytes_first(boot->initrds[first].bytes, early_bytes), true);
    for (size_t i = first; i < count; i++) {
        size_t skipped_bytes = i == first ? early_bytes : 0;

        if ((st = add_wrapped(boot, (unsigned int)(i - first),
                              bytes_from(boot->initrds[i].bytes, skipped_bytes))))
            return st;
    }
    return STATUS_OK;
}

enum status initrd_plan_assemble(struct boot *boot)
{
    enum status st;

    if (boot->root.mode == ROOT_LEAF && may_wrap(boot))
        return assemble_wrapped(boot);
    if (boot->root.mode == ROOT_LEAF && (st = write_archive(boot, 0)))
        return st;
    for (size_t i = 0; i < boot->config.given[KEY_initrd_url]; i++)
        add_part(boot, boot->initrds[i].bytes, true);
    return STATUS_OK;
}
