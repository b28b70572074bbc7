#include "initrd-plan.h"

#include "../payload/cpio.h"
#include "arch/initrd-stub.h"
#include "configure.h"
#include "memory.h"
#include "unpack.h"

/*
 * stream=auto: from this size on, in bytes, a transfer takes long enough and the copy costs
 * enough; below, an error that shows before the kernel starts (and before the firmware measures
 * it) is worth more. Memory is tight when the files are more than a quarter of what is free:
 * the kernel unpacks them beside the copy that it was given.
 */
#define STREAM_LARGE_BYTES   (UINT64_C(64) << 20)
#define STREAM_TIGHT_DIVISOR 4

static bool may_stream(const struct boot *boot)
{
    return INITRD_STUB_HEEDS_FAILURE && boot->config.stream != STREAM_OFF;
}

/* One window of an initrd, so that the walk can go on. A server that does not do ranges leaves
 * the format unknown. */
static enum status walk_on(struct boot *boot, struct bytes url, struct initrd_file *file)
{
    struct fetch fetch = configure_fetch(boot);
    struct http_range range = { file->walk.offset, INITRD_WINDOW_BYTES };
    struct blob window = { .bytes = { NULL, 0 } };
    uint64_t file_bytes = SINK_SIZE_UNKNOWN;
    enum status st =
        fetch_range(&fetch, url, range, &boot->detail, &window.pages, &window.bytes, &file_bytes);

    /* A file can end where a window would begin, too: then the answer is an error. */
    if (st == STATUS_HTTP_RANGE || st == STATUS_HTTP_STATUS) {
        text_clear(&boot->detail);
        file->walk_over = true;
        file->unseen = true;
        return STATUS_OK;
    }
    if (st)
        return st;
    if (file->size_bytes == SINK_SIZE_UNKNOWN && file_bytes > 0)
        file->size_bytes = file_bytes;
    file->walk_over =
        initrd_walk_window(&file->walk, window.bytes, window.bytes.size < INITRD_WINDOW_BYTES);
    pages_free(&window.pages);
    return STATUS_OK;
}

/* So many windows more, or as many as the walk takes. */
static enum status walk(struct boot *boot, size_t i, unsigned int windows_most)
{
    struct initrd_file *file = &boot->plan.files[i];
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    enum status st;

    if ((st = configure_resolve(boot, boot->config.initrd_url[i], &url)))
        return st;
    for (unsigned int window = 0; window < windows_most && !file->walk_over; window++)
        if ((st = walk_on(boot, text_bytes(&url), file)))
            return st;
    return STATUS_OK;
}

/* What cannot be counted is too large in any case. */
static uint64_t sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Of all files whose size is known. */
static uint64_t known_bytes(const struct initrd_plan *plan)
{
    uint64_t total_bytes = 0;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->files[i].size_bytes != SINK_SIZE_UNKNOWN)
            total_bytes = sum(total_bytes, plan->files[i].size_bytes);
    return total_bytes;
}

/* The same, of what the kernel gets of them. */
static uint64_t known_block_bytes(const struct initrd_plan *plan)
{
    uint64_t total_bytes = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct initrd_file *file = &plan->files[i];

        if (file->unpacked)
            total_bytes = sum(total_bytes, file->unpacked_bytes);
        else if (file->size_bytes != SINK_SIZE_UNKNOWN)
            total_bytes = sum(total_bytes, file->size_bytes);
    }
    return total_bytes;
}

/* The same, of what is to be copied from memory of ours. */
static uint64_t known_copied_bytes(const struct initrd_plan *plan)
{
    uint64_t total_bytes = 0;

    for (size_t i = 0; i < plan->count; i++)
        if (!plan->files[i].streamed && plan->files[i].size_bytes != SINK_SIZE_UNKNOWN)
            total_bytes = sum(total_bytes, plan->files[i].size_bytes);
    return total_bytes;
}

enum status initrd_plan_room(struct boot *boot, uint64_t block_bytes, uint64_t other_bytes)
{
    struct memory memory = memory_look(boot->services);
    /* What we hold of the kernel is free again when the stub asks for the initrd. */
    uint64_t kernel_bytes = boot->kernel.pages.capacity_bytes;
    uint64_t needed_bytes = sum(block_bytes, other_bytes);

    if (!memory.known || block_bytes == 0 ||
        (needed_bytes <= memory.free_bytes + kernel_bytes &&
         block_bytes <= memory.largest_bytes + kernel_bytes))
        return STATUS_OK;
    text_clear(&boot->detail);
    text_add_size(&boot->detail, needed_bytes);
    text_add(&boot->detail, " needed, ");
    text_add_size(&boot->detail, block_bytes);
    text_add(&boot->detail, " of it in one block; ");
    memory_describe(&memory, &boot->detail);
    return STATUS_INITRD_ROOM;
}

/* What the stub will want in one block, as far as that is known before the kernel is here. */
static uint64_t told_block_bytes(const struct boot *boot)
{
    const struct config *config = &boot->config;
    uint64_t total_bytes = 0;

    if (config->decompress != DECOMPRESS_ALWAYS || !config->given[KEY_initrd_unpacked_size])
        return known_bytes(&boot->plan);
    for (size_t i = 0; i < config->given[KEY_initrd_unpacked_size]; i++)
        total_bytes = sum(total_bytes, config->initrd_unpacked_size[i]);
    return total_bytes;
}

enum status initrd_plan_sizes(struct boot *boot)
{
    const struct config *config = &boot->config;
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    plan->count = config->given[KEY_initrd_url];
    for (size_t i = 0; i < plan->count; i++) {
        struct initrd_file *file = &plan->files[i];

        file->size_bytes =
            config->given[KEY_initrd_size] ? config->initrd_size[i] : SINK_SIZE_UNKNOWN;
        initrd_walk_init(&file->walk);
        if (file->size_bytes == SINK_SIZE_UNKNOWN && may_stream(boot) && (st = walk(boot, i, 1)))
            return st;
    }
    return initrd_plan_room(boot, told_block_bytes(boot),
                            sum(may_stream(boot) ? 0 : known_bytes(plan), config->linux_size));
}

/* What the owner says, in place of a look. */
static void believe(struct initrd_file *file, enum format_said said)
{
    initrd_walk_init(&file->walk);
    file->walk_over = true;
    file->unseen = false;
    if (said == FORMAT_ZSTD)
        file->walk.format = INITRD_FORMAT_ZSTD;
    else if (said == FORMAT_CPIO)
        file->walk.format = INITRD_FORMAT_CPIO;
}

/* The file's format, from the owner or by a look. */
static enum status learn_format(struct boot *boot, size_t i)
{
    /* Fields that nobody gave are zero: FORMAT_AUTO. */
    if (boot->config.initrd_format[i] == FORMAT_AUTO)
        return walk(boot, i, INITRD_WINDOWS_MOST);
    believe(&boot->plan.files[i], boot->config.initrd_format[i]);
    return STATUS_OK;
}

/*
 * Everything that is wrapped is unpacked after everything that is not, and later files win:
 * so either all compressed files are wrapped or none is.
 */
static bool can_wrap(const struct initrd_plan *plan)
{
    bool any = false;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->files[i].walk.format == INITRD_FORMAT_UNKNOWN ||
            (plan->files[i].size_bytes != SINK_SIZE_UNKNOWN &&
             plan->files[i].size_bytes > CPIO_SIZE_MAX_BYTES))
            return false;
        any |= plan->files[i].walk.format == INITRD_FORMAT_ZSTD;
    }
    return any;
}

static enum status choose_wrap(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    if (boot->root.mode != ROOT_LEAF)
        return STATUS_OK;
    for (size_t i = 0; i < plan->count; i++)
        if ((st = learn_format(boot, i)))
            return st;
    plan->wrap = boot->config.decompress != DECOMPRESS_ALWAYS && can_wrap(plan);
    console_say(&boot->console, plan->wrap ? "root: the leaf init unpacks the initrd itself (zstd)"
                                           : "root: the leaf init moves what the kernel unpacks");
    return STATUS_OK;
}

/* Why the files are streamed, or NULL. */
static const char *reason_to_stream(const struct boot *boot)
{
    uint64_t total_bytes = known_bytes(&boot->plan);
    struct memory memory = memory_look(boot->services);

    if (!may_stream(boot) || total_bytes == 0)
        return NULL;
    if (boot->config.stream == STREAM_ON)
        return "as configured";
    if (total_bytes >= STREAM_LARGE_BYTES)
        return "it is large";
    if (memory.known && total_bytes > memory.free_bytes / STREAM_TIGHT_DIVISOR)
        return "memory is short";
    return NULL;
}

static void log_choice(struct boot *boot, const char *reason)
{
    char memory[200];
    struct text line = TEXT(memory);
    uint64_t streamed_bytes = known_bytes(&boot->plan) - known_copied_bytes(&boot->plan);

    if (streamed_bytes == 0)
        return;
    text_add(&line, "initrd: ");
    text_add_size(&line, streamed_bytes);
    text_add(&line, ", to be fetched straight into the kernel's buffer (");
    text_add(&line, reason);
    text_add(&line, ")");
    console_line(&boot->console, &line);
}

/*
 * A file to be unpacked is streamed only where its size is told, and where it begins with what
 * is unpacked: what else a server shows of it beforehand would have to be believed.
 */
static enum status choose_unpack(struct boot *boot, size_t i)
{
    struct initrd_file *file = &boot->plan.files[i];
    bool told = boot->config.given[KEY_initrd_unpacked_size] > 0;
    const char *reason;
    enum status st;

    if (!file->streamed || boot->config.decompress == DECOMPRESS_NEVER || boot->plan.wrap)
        return STATUS_OK;
    if ((st = learn_format(boot, i)))
        return st;
    /* What cannot be looked at now is looked at when it is here. */
    reason = unpack_reason(boot, file, file->unseen ? INITRD_FORMAT_ZSTD : file->walk.format);
    if (!reason)
        return STATUS_OK;
    /* Else see unpack_measure. */
    file->streamed = told && file->walk.early_bytes == 0 && !file->unseen;
    if (!file->streamed)
        return STATUS_OK;
    file->unpacked_bytes = boot->config.initrd_unpacked_size[i];
    unpack_decide(boot, file, reason);
    return STATUS_OK;
}

enum status initrd_plan_choose(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    const char *reason;
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    if ((st = choose_wrap(boot)))
        return st;
    reason = reason_to_stream(boot);
    for (size_t i = 0; i < plan->count; i++) {
        plan->files[i].streamed = reason && plan->files[i].size_bytes != SINK_SIZE_UNKNOWN;
        if ((st = choose_unpack(boot, i)))
            return st;
    }
    if ((st = initrd_plan_room(boot, known_block_bytes(plan), known_copied_bytes(plan))))
        return st;
    if (reason)
        log_choice(boot, reason);
    return STATUS_OK;
}
