#include "initrd-plan.h"

#include "../payload/cpio.h"
#include "arch/initrd-stub.h"
#include "configure.h"
#include "initrd-load.h"
#include "memory.h"
#include "unpack.h"

/*
 * stream=auto: from this size on, in bytes, a transfer takes long enough and the copy costs
 * enough; below, an error that shows before the kernel starts (and before the firmware measures
 * it) is worth more. Memory is tight when the files are more than a quarter of what is free:
 * the kernel unpacks them beside the copy that it was given. Neither way is faster than the other
 * by more than a little: README.md, make bench-boot.
 */
#define STREAM_LARGE_BYTES   (UINT64_C(64) << 20)
#define STREAM_TIGHT_DIVISOR 4

uint64_t initrd_plan_given_bytes(const struct initrd_file *file)
{
    return file->unpacked ? file->unpacked_bytes : file->size_bytes;
}

bool initrd_plan_is_here(const struct initrd_file *file)
{
    return !file->streamed && file->unpacked == file->blob_is_unpacked;
}

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
        uint64_t given_bytes = initrd_plan_given_bytes(&plan->files[i]);

        if (given_bytes != SINK_SIZE_UNKNOWN)
            total_bytes = sum(total_bytes, given_bytes);
    }
    return total_bytes;
}

/* The same, of what is to be copied from memory of ours. */
static uint64_t known_copied_bytes(const struct initrd_plan *plan)
{
    uint64_t total_bytes = 0;

    for (size_t i = 0; i < plan->count; i++) {
        uint64_t given_bytes = initrd_plan_given_bytes(&plan->files[i]);

        if (!plan->files[i].streamed && given_bytes != SINK_SIZE_UNKNOWN)
            total_bytes = sum(total_bytes, given_bytes);
    }
    return total_bytes;
}

enum status initrd_plan_room(struct boot *boot, uint64_t block_bytes, uint64_t other_bytes)
{
    struct memory memory = memory_look(boot->services);
    /* This is free again, where it matters, when the stub asks for the initrd. */
    uint64_t held_bytes = boot->kernel.pages.capacity_bytes + boot->unneeded.bytes;
    uint64_t needed_bytes = sum(block_bytes, other_bytes);

    if (!memory.known || block_bytes == 0 ||
        (needed_bytes <= memory.free_bytes + held_bytes &&
         block_bytes <= memory.largest_bytes + held_bytes))
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

/* The file's format, from the owner or by a look; of a file that is here it is known. */
static enum status learn_format(struct boot *boot, size_t i)
{
    if (boot->plan.files[i].blob.pages.data)
        return STATUS_OK;
    /* Fields that nobody gave are zero: FORMAT_AUTO. */
    if (boot->config.initrd_format[i] == FORMAT_AUTO)
        return walk(boot, i, INITRD_WINDOWS_MOST);
    believe(&boot->plan.files[i], boot->config.initrd_format[i]);
    return STATUS_OK;
}

/* Whether a file can ride in an archive of its own, as it is then: unpacked on its way into the
 * kernel's buffer, it must have been seen whole (initrd-load.c), for which there may be no room. */
static bool can_ride(const struct boot *boot, size_t i)
{
    const struct initrd_file *file = &boot->plan.files[i];
    uint64_t given_bytes = initrd_plan_given_bytes(file);

    if (boot->config.initrd_format[i] == FORMAT_OTHER ||
        file->walk.format == INITRD_FORMAT_UNKNOWN || given_bytes > CPIO_SIZE_MAX_BYTES ||
        file->walk.early_bytes > given_bytes)
        return false;
    if (file->unpacked)
        return !file->streamed || boot->plan.roomy;
    return boot->config.decompress != DECOMPRESS_ALWAYS || file->walk.format != INITRD_FORMAT_ZSTD;
}

/*
 * Everything that is wrapped is unpacked after everything that is not, and later files win:
 * so either all compressed files are wrapped or none is.
 */
static bool can_wrap(const struct boot *boot)
{
    bool any = false;

    for (size_t i = 0; i < boot->plan.count; i++) {
        if (!can_ride(boot, i))
            return false;
        any |= boot->plan.files[i].walk.format == INITRD_FORMAT_ZSTD;
    }
    return any;
}

/* Whether all that is compressed is unpacked here. */
static bool is_all_unpacked(const struct initrd_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->files[i].walk.format == INITRD_FORMAT_ZSTD && !plan->files[i].unpacked)
            return false;
    return true;
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
    plan->wrap = can_wrap(boot);
    if (!plan->wrap)
        console_say(&boot->console, "root: the leaf init moves what the kernel unpacks");
    else if (is_all_unpacked(plan))
        console_say(&boot->console, "root: the leaf init unpacks the initrd itself (cpio)");
    else
        console_say(&boot->console, "root: the leaf init unpacks the initrd itself (zstd)");
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

static void log_choice(struct boot *boot)
{
    char memory[200];
    struct text line = TEXT(memory);
    uint64_t streamed_bytes = 0;

    for (size_t i = 0; i < boot->plan.count; i++)
        if (boot->plan.files[i].streamed)
            streamed_bytes = sum(streamed_bytes, boot->plan.files[i].size_bytes);
    if (streamed_bytes == 0)
        return;
    text_add(&line, "initrd: ");
    text_add_size(&line, streamed_bytes);
    text_add(&line, ", to be fetched straight into the kernel's buffer (");
    text_add(&line, boot->plan.stream_reason);
    text_add(&line, ")");
    console_line(&boot->console, &line);
}

/*
 * A file to be unpacked is streamed only where its size is told, and where it begins with what
 * is unpacked: what else a server shows of it beforehand would have to be believed.
 */
static void unpack_on_the_way(struct boot *boot, size_t i, const char *reason)
{
    struct initrd_file *file = &boot->plan.files[i];
    bool told = boot->config.given[KEY_initrd_unpacked_size] > 0;

    file->streamed = file->streamed && told && file->walk.early_bytes == 0 && !file->unseen;
    /* What was not seen is looked at when it is here; and beside a file in memory of ours, what is
     * in it needs room as well. */
    if (!told || file->unseen || (!file->streamed && !boot->plan.roomy))
        return;
    file->unpacked_bytes = boot->config.initrd_unpacked_size[i];
    unpack_decide(boot, file, reason);
}

/* What is decided about unpacking before anything is known of the kernel. */
static enum status choose_unpack(struct boot *boot, size_t i)
{
    struct initrd_file *file = &boot->plan.files[i];
    bool told = boot->config.given[KEY_initrd_unpacked_size] > 0;
    const char *reason = unpack_early_reason(boot);
    enum status st;

    if (!reason || (!told && !file->streamed))
        return STATUS_OK;
    if ((st = learn_format(boot, i)))
        return st;
    if (file->unseen || file->walk.format == INITRD_FORMAT_ZSTD)
        unpack_on_the_way(boot, i, reason);
    return STATUS_OK;
}

enum status initrd_plan_stream(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    plan->roomy = unpack_has_room(boot);
    plan->stream_reason = reason_to_stream(boot);
    for (size_t i = 0; i < plan->count; i++) {
        struct initrd_file *file = &plan->files[i];

        file->streamed = plan->stream_reason && file->size_bytes != SINK_SIZE_UNKNOWN;
        if ((st = choose_unpack(boot, i)))
            return st;
    }
    return initrd_plan_room(boot, known_block_bytes(plan), known_copied_bytes(plan));
}

/* The same, now that it is. A file that is not streamed after all is fetched for that. */
static enum status choose_unpack_last(struct boot *boot, size_t i)
{
    struct initrd_file *file = &boot->plan.files[i];
    const char *reason;
    enum status st;

    if (file->unpacked)
        return STATUS_OK;
    if (!file->streamed)
        return unpack_measure(boot, i);
    if ((st = learn_format(boot, i)))
        return st;
    reason = unpack_last_reason(boot, file, file->unseen ? INITRD_FORMAT_ZSTD : file->walk.format);
    if (reason)
        unpack_on_the_way(boot, i, reason);
    if (file->streamed)
        return STATUS_OK;
    st = initrd_load_file(boot, i);
    return st || file->unpacked ? st : unpack_measure(boot, i);
}

enum status initrd_plan_choose(struct boot *boot)
{
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    if ((st = choose_wrap(boot)))
        return st;
    for (size_t i = 0; i < plan->count; i++)
        if ((st = choose_unpack_last(boot, i)))
            return st;
    log_choice(boot);
    return STATUS_OK;
}
