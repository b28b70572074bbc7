#include "initrd-load.h"

#include "../payload/kernel-payload.h"
#include "configure.h"
#include "initrd-plan.h"
#include "memory.h"
#include "unpack.h"

/* What has come meanwhile is taken at once, in so many steps: some hundred KiB. More has to wait,
 * for other work has to go on. */
#define POLL_STEPS 8

/* What is to be fetched as the file; the URL goes to ret_url, of URL_MAX_BYTES. */
static enum status describe(struct boot *boot, size_t i, struct text *ret_url,
                            struct fetch_file *ret_file)
{
    const struct config *config = &boot->config;
    enum status st = configure_resolve(boot, config->initrd_url[i], ret_url);

    if (st)
        return st;
    *ret_file = (struct fetch_file){
        .name = "initrd",
        .url = text_bytes(ret_url),
        .expected = {
            .digest = config->given[KEY_initrd_sha256] ? &config->initrd_sha256[i] : NULL,
            .size_bytes =
                config->given[KEY_initrd_size] ? config->initrd_size[i] : SINK_SIZE_UNKNOWN,
        },
        .limit_bytes = UINT64_MAX,
    };
    return STATUS_OK;
}

static struct initrd_walk walk_verified(struct bytes verified)
{
    struct initrd_walk walk;

    initrd_walk_init(&walk);
    while (!initrd_walk_window(&walk, bytes_from(verified, walk.offset), true))
        ;
    return walk;
}

/* The verified bytes count, not what an earlier request showed of them. */
static bool is_as_learnt(const struct initrd_file *file, struct bytes verified)
{
    struct initrd_walk walk = walk_verified(verified);

    return walk.format == file->walk.format &&
           (walk.format != INITRD_FORMAT_ZSTD || walk.early_bytes == file->walk.early_bytes);
}

/* unpacking_end is needed afterwards, unless there is an error. What is wrong with the file is said
 * in detail. */
static enum status unpacking_begin(struct boot *boot, const struct initrd_file *file,
                                   const struct fetch_file *wanted, struct buffer region,
                                   struct text *detail, struct initrd_unpacking *unpacking)
{
    struct unzstd_request request = {
        .allocator = &unpacking->allocator,
        .verbatim_bytes = file->walk.early_bytes,
        .output = region,
        .patient = wanted->expected.digest,
        .detail = detail,
    };

    unpacking->allocator = platform_allocator(&boot->platform);
    timed_sink_init(&unpacking->timed, &unpacking->unzstd.sink);
    return unzstd_init(&unpacking->unzstd, &request);
}

static void unpacking_end(struct boot *boot, struct initrd_unpacking *unpacking)
{
    stages_add_work(&boot->stages, STAGE_WORK_UNPACK, unpacking->timed.spent_cycles);
    unzstd_release(&unpacking->unzstd);
}

/* ---- into memory of ours --------------------------------------------------------------------- */

static enum status arrival_begin(struct boot *boot, size_t i)
{
    struct initrd_arrival *arrival = &boot->arrival;
    struct initrd_file *file = &boot->plan.files[i];
    struct fetch fetch = configure_fetch(boot);
    struct fetch_file wanted;
    struct buffer region;
    enum status st;

    memset(arrival, 0, sizeof(*arrival));
    arrival->index = i;
    arrival->url = TEXT(arrival->url_memory);
    arrival->detail = TEXT(arrival->detail_memory);
    if ((st = describe(boot, i, &arrival->url, &wanted)))
        return st;
    /* Where there is no piece as large as that, it is unpacked into the kernel's buffer later. */
    if (file->unpacked && pages_allocate(&file->blob.pages, boot->services, file->unpacked_bytes))
        file->unpacked = false;
    if (file->unpacked) {
        region = (struct buffer){ file->blob.pages.data, file->unpacked_bytes };
        st = unpacking_begin(boot, file, &wanted, region, &arrival->detail, &arrival->unpacking);
        if (st)
            return st;
        wanted.also = &arrival->unpacking.timed.sink;
    }
    arrival->is_under_way = true;
    arrival->failure = fetch_start(&arrival->job, &fetch, &wanted, &arrival->detail);
    return STATUS_OK;
}

/* Returns whether it has more to do than to wait. */
static bool arrival_step(struct initrd_arrival *arrival)
{
    if (!arrival->failure && !arrival->is_done)
        arrival->failure = fetch_step(&arrival->job, &arrival->is_done);
    return !arrival->failure && !arrival->is_done && !fetch_is_idle(&arrival->job);
}

static void arrival_end(struct boot *boot)
{
    struct initrd_arrival *arrival = &boot->arrival;

    if (!arrival->is_under_way)
        return;
    fetch_stop(&arrival->job);
    if (boot->plan.files[arrival->index].unpacked)
        unpacking_end(boot, &arrival->unpacking);
    arrival->is_under_way = false;
}

/* All of the file is there, verified: what it is, and what of it is kept. */
static void arrival_keep(struct boot *boot, struct initrd_file *file)
{
    struct initrd_arrival *arrival = &boot->arrival;
    struct blob packed;
    bool learnt;

    fetch_take(&arrival->job, &packed.pages, &packed.bytes, NULL);
    file->size_bytes = packed.bytes.size;
    learnt = is_as_learnt(file, packed.bytes);
    file->walk = walk_verified(packed.bytes);
    if (file->unpacked && learnt) {
        unneeded_add(&boot->unneeded, &packed.pages);
        file->blob.bytes = (struct bytes){ file->blob.pages.data, file->unpacked_bytes };
        file->blob_is_unpacked = true;
        return;
    }
    pages_free(&file->blob.pages);
    file->blob = packed;
}

/* Whether the file fits into half of the memory beside the kernel that is unpacked to be asked. */
static bool has_room_ahead(const struct boot *boot, const struct initrd_file *file)
{
    struct memory memory = memory_look(boot->services);
    uint64_t kernel_bytes = kernel_payload_find(boot->kernel.bytes).unpacked_bytes;
    uint64_t unpacked_bytes = file->unpacked ? file->unpacked_bytes : 0;
    uint64_t room_bytes = memory.free_bytes / 2;

    return kernel_bytes <= room_bytes && unpacked_bytes <= room_bytes - kernel_bytes &&
           file->size_bytes <= room_bytes - kernel_bytes - unpacked_bytes;
}

enum status initrd_load_begin(struct boot *boot)
{
    size_t i = 0;
    enum status st;

    while (i < boot->plan.count && boot->plan.files[i].streamed)
        i++;
    if (i == boot->plan.count || !has_room_ahead(boot, &boot->plan.files[i]))
        return STATUS_OK;
    if ((st = arrival_begin(boot, i)))
        return st;
    /* The server has something to do, too, when other work begins here. */
    arrival_step(&boot->arrival);
    return STATUS_OK;
}

void initrd_load_poll(struct boot *boot)
{
    if (boot->arrival.is_under_way)
        for (size_t i = 0; i < POLL_STEPS && arrival_step(&boot->arrival); i++)
            ;
}

void initrd_load_abandon(struct boot *boot)
{
    arrival_end(boot);
}

enum status initrd_load_file(struct boot *boot, size_t i)
{
    struct initrd_arrival *arrival = &boot->arrival;
    struct initrd_file *file = &boot->plan.files[i];
    enum status st;

    if (!arrival->is_under_way && (st = arrival_begin(boot, i)))
        return st;
    while (!arrival->failure && !arrival->is_done)
        arrival_step(arrival);
    if (!arrival->failure)
        arrival_keep(boot, file);
    arrival_end(boot);
    file->unpacked = file->blob_is_unpacked;
    if (arrival->failure) {
        text_clear(&boot->detail);
        text_add_bytes(&boot->detail, text_bytes(&arrival->detail));
    }
    return arrival->failure;
}

enum status initrd_load_early(struct boot *boot)
{
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    for (size_t i = 0; i < boot->plan.count; i++)
        if (!boot->plan.files[i].streamed && (st = initrd_load_file(boot, i)))
            return st;
    return STATUS_OK;
}

/* ---- into the kernel's buffer ------------------------------------------------------------------
 */

/* Whether the plan rests on something that the verified bytes do not bear out. */
static bool is_planned_wrongly(const struct boot *boot, const struct initrd_file *file,
                               struct bytes verified)
{
    if (boot->plan.wrap || file->unpacked)
        return !is_as_learnt(file, verified);
    return boot->config.decompress == DECOMPRESS_ALWAYS &&
           walk_verified(verified).format == INITRD_FORMAT_ZSTD;
}

/* Unpacks a file on its way into the region. Where there is room, all of the file is in memory
 * beside, for then many connections can bring it. */
static enum status stream_unpacked(struct boot *boot, const struct initrd_file *file,
                                   const struct fetch_file *wanted, struct buffer region)
{
    struct fetch fetch = configure_fetch(boot);
    struct initrd_unpacking unpacking;
    struct sink *sink = &unpacking.timed.sink;
    struct fetch_file both = *wanted;
    struct blob packed = { .bytes = { NULL, 0 } };
    enum status st = unpacking_begin(boot, file, wanted, region, &boot->detail, &unpacking);

    if (st)
        return st;
    if (!boot->plan.roomy) {
        st = fetch_through(&fetch, wanted, sink, &boot->detail);
    } else {
        both.also = sink;
        st = fetch_file(&fetch, &both, &boot->detail, &packed.pages, &packed.bytes, NULL);
        if (!st && is_planned_wrongly(boot, file, packed.bytes))
            st = STATUS_INITRD_CHANGED;
    }
    unpacking_end(boot, &unpacking);
    pages_free(&packed.pages);
    return st;
}

/* Fetches a file to where it belongs, verified when this returns. */
static enum status stream(struct boot *boot, size_t i, struct buffer region)
{
    struct fetch fetch = configure_fetch(boot);
    struct initrd_file *file = &boot->plan.files[i];
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    struct fetch_file wanted;
    enum status st;

    if (!boot->network)
        return STATUS_INITRD_AGAIN;
    if ((st = describe(boot, i, &url, &wanted)))
        return st;
    if (file->unpacked) {
        st = stream_unpacked(boot, file, &wanted, region);
    } else {
        st = fetch_into(&fetch, &wanted, region, &boot->detail);
        if (!st && is_planned_wrongly(boot, file, (struct bytes){ region.data, region.size }))
            st = STATUS_INITRD_CHANGED;
    }
    if (st == STATUS_INITRD_CHANGED)
        text_add_quoted(&boot->detail, wanted.url);
    return st;
}

enum status initrd_load(struct boot *boot, struct buffer to)
{
    struct initrd_plan *plan = &boot->plan;
    enum status st;

    text_clear(&boot->detail);
    for (size_t i = 0; i < plan->count; i++) {
        const struct initrd_file *file = &plan->files[i];
        struct buffer region = { to.data + initrd_layout_file_offset(&plan->layout, i),
                                 initrd_plan_given_bytes(file) };

        if (initrd_plan_is_here(file))
            continue; /* for initrd_layout_write */
        st = file->streamed ? stream(boot, i, region) : unpack_into(boot, file, region);
        if (st)
            return st;
        initrd_layout_settle(&plan->layout, i, to);
    }
    initrd_layout_write(&plan->layout, to);
    return STATUS_OK;
}
