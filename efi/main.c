/*
 * pivotboot: boots a Linux machine over HTTP. boot_run is the whole way, top to bottom.
 */
#include "../kernel-cmdline/cmdline.h"
#include "../kernel-cmdline/help.h"
#include "arch/machine.h"
#include "boot.h"
#include "configure.h"
#include "fetch.h"
#include "initrd-compose.h"
#include "initrd-load.h"
#include "initrd-plan.h"
#include "loader-interface.h"
#include "mbedtls-memory.h"
#include "measure.h"
#include "memory.h"
#include "network-up.h"
#include "root.h"
#include "status-code.h"
#include "trust.h"
#include "unpack.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* Largest kernel image that is fetched; Linux's own are below 100 MiB. */
#define KERNEL_MAX_BYTES (1024U * 1024 * 1024)

/* Prints what failed: the step, the cause, and what exactly was expected and found. */
static enum status fail(struct boot *boot, const char *step, enum status st)
{
    char memory[BOOT_DETAIL_BYTES + 200];
    struct text line = TEXT(memory);

    text_add(&line, "error: ");
    text_add(&line, step);
    text_add(&line, ": ");
    text_add(&line, status_sentence(st));
    if (boot->detail.size > 0) {
        text_add(&line, ": ");
        text_add_bytes(&line, text_bytes(&boot->detail));
    }
    text_add(&line, " (status ");
    text_add_u64(&line, (uint64_t)st);
    text_add(&line, ")");
    console_line(&boot->console, &line);
    return st;
}

static void show_help(struct boot *boot)
{
    char memory[200];
    struct text line = TEXT(memory);

    console_say(&boot->console, "key=value ... [-- kernel options]");
    for (size_t i = 0; text_clear(&line), help_line(i, &line); i++)
        console_line(&boot->console, &line);
}

/* Fetches one pinned file that the configuration names. */
static enum status fetch_blob(struct boot *boot, const char *name, struct bytes reference,
                              struct blob_expectation expected, uint64_t limit_bytes,
                              struct blob *ret_blob)
{
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    struct fetch fetch = configure_fetch(boot);
    struct fetch_file file = { .name = name, .expected = expected, .limit_bytes = limit_bytes };
    enum status st;

    if ((st = configure_resolve(boot, reference, &url)))
        return st;
    file.url = text_bytes(&url);
    return fetch_file(&fetch, &file, &boot->detail, &ret_blob->pages, &ret_blob->bytes, NULL);
}

static enum status kernel_fetch(struct boot *boot)
{
    const struct config *config = &boot->config;
    struct blob_expectation expected = {
        .digest = config->given[KEY_linux_sha256] ? &config->linux_sha256 : NULL,
        .size_bytes = config->given[KEY_linux_size] ? config->linux_size : SINK_SIZE_UNKNOWN,
    };

    enum status st;

    stages_begin(&boot->stages, STAGE_KERNEL);
    st = fetch_blob(boot, "kernel", config->linux_url, expected, KERNEL_MAX_BYTES, &boot->kernel);
    return st ? st : unpack_kernel(boot, KERNEL_MAX_BYTES);
}

static enum status kernel_check(struct boot *boot)
{
    char memory[200];
    struct text line = TEXT(memory);
    enum status st;

    if ((st = kernel_image_read(boot->kernel.bytes, MACHINE_ARCHITECTURE, &boot->detail,
                                &boot->kernel_image)))
        return st;
    text_add(&line, "kernel: version ");
    text_add_quoted(&line, boot->kernel_image.version);
    console_line(&boot->console, &line);
    return STATUS_OK;
}

static enum status cmdline_prepare(struct boot *boot)
{
    uint32_t limit_bytes = boot->kernel_image.cmdline_limit_bytes;
    struct cmdline_request request = {
        .root = boot->root,
        .rootflags = boot->config.rootflags,
        .rdinit =
            boot->root.mode == ROOT_LEAF ? BYTES(LEAF_PROGRAM_PATH) : (struct bytes){ NULL, 0 },
        .options = text_bytes(&boot->options),
        .limit_bytes = limit_bytes,
    };
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);
    enum status st;

    if ((st = pages_allocate(&boot->cmdline_pages, boot->services, limit_bytes)))
        return st;
    boot->cmdline =
        (struct text){ .data = (char *)boot->cmdline_pages.data, .capacity = limit_bytes };
    if ((st = cmdline_build(&request, &boot->detail, &boot->cmdline)))
        return st;
    text_add(&line, "command line: ");
    text_add_bytes(&line, text_bytes(&boot->cmdline));
    console_line(&boot->console, &line);
    return STATUS_OK;
}

static void log_times(struct boot *boot)
{
    char memory[500];
    struct text line = TEXT(memory);

    text_add(&line, "times: ");
    stages_describe(&boot->stages, &line);
    console_line(&boot->console, &line);
}

/* What pivotboot itself takes, and what is left for the kernel. */
static void log_memory(struct boot *boot, const struct memory *memory)
{
    char storage[300];
    struct text line = TEXT(storage);
    const struct pages *held[] = {
        &boot->plan.leaf_pages, &boot->cmdline_pages, &boot->options_pages,
        &boot->entry.pages,     &boot->conf.pages,    &boot->line_pages,
    };
    uint64_t held_bytes = 0;

    for (size_t i = 0; i < ARRAY_LENGTH(held); i++)
        held_bytes += held[i]->capacity_bytes;
    for (size_t i = 0; i < boot->plan.count; i++)
        held_bytes += boot->plan.files[i].blob.pages.capacity_bytes;
    text_add(&line, "memory: image ");
    text_add_size(&line, boot->loaded->ImageSize);
    text_add(&line, ", network ");
    text_add_size(&line, boot->platform.used_bytes);
    text_add(&line, " (of lwIP's heap at most ");
    text_add_size(&line, network_heap_most_bytes(boot->network));
    text_add(&line, " of ");
    text_add_size(&line, network_heap_bytes(boot->network));
    text_add(&line, "; with decoders at most ");
    text_add_size(&line, boot->platform.most_bytes);
    text_add(&line, "), files ");
    text_add_size(&line, held_bytes);
    text_add(&line, "; ");
    memory_describe(memory, &line);
    console_line(&boot->console, &line);
}

/*
 * The kernel has all of its initrd: nothing may arrive from the network any more, and what the
 * operating system is told of its loader is complete.
 */
static void finish(void *context)
{
    struct boot *boot = context;
    struct loader_facts facts = {
        .system = boot->system,
        .clock = &boot->clock,
        .origin = text_bytes(&boot->origin),
        .entry = boot->config.entry_url,
    };

    network_stop(boot);
    stages_begin(&boot->stages, STAGE_STUB);
    log_times(boot);
    if (!loader_interface_publish(&facts))
        console_say(&boot->console, "warning: the firmware does not keep variables for the "
                                    "operating system");
}

/* Whether a part of what boots is fetched and verified only when the kernel asks for it. */
static bool is_streamed(const struct boot *boot)
{
    for (size_t i = 0; i < boot->plan.count; i++)
        if (boot->plan.files[i].streamed)
            return true;
    return false;
}

/* The kernel's stub asks for its initrd. */
static enum status initrd_hand_over(void *context, struct buffer to)
{
    struct boot *boot = context;
    enum status st;

    stages_begin(&boot->stages, STAGE_INITRD);
    st = initrd_load(boot, to);
    if (!st && is_streamed(boot))
        st = trust_raise_floor(boot);
    stages_begin(&boot->stages, STAGE_STUB);
    if (!st)
        finish(boot);
    return st;
}

/* Loads the kernel and offers the initrd. The kernel's own pages are not needed after that. */
static enum status handoff_prepare(struct boot *boot)
{
    struct handoff handoff = {
        .services = boot->services,
        .agent = boot->image,
        .kernel = boot->kernel.bytes,
        .cmdline = text_bytes(&boot->cmdline),
    };
    enum status st;

    stages_begin(&boot->stages, STAGE_HANDOFF);
    if ((st = handoff_load(&handoff, &boot->detail, &boot->handoff)))
        return st;
    unneeded_add(&boot->unneeded, &boot->kernel.pages);
    unneeded_make_room(&boot->unneeded, boot->plan.layout.size_bytes);
    boot->initrd.size_bytes = boot->plan.layout.size_bytes;
    boot->initrd.load = initrd_hand_over;
    boot->initrd.context = boot;
    return initrd_offer(&boot->initrd, boot->services, &boot->detail);
}

/* Returns only when the kernel did: because it did not get its initrd, or for its own reasons. */
static enum status handoff(struct boot *boot)
{
    char memory[BOOT_DETAIL_BYTES];
    struct text why = TEXT(memory);
    struct memory before = memory_look(boot->services);
    enum status st;

    stages_begin(&boot->stages, STAGE_STUB);
    log_memory(boot, &before);
    if (boot->initrd.size_bytes == 0)
        finish(boot);
    console_say(&boot->console, "starting the kernel");
    st = handoff_start(&boot->handoff, &why);
    if (boot->initrd.failure)
        return fail(boot, "initrd", boot->initrd.failure);
    if (st == STATUS_HANDOFF_MEMORY && before.known) {
        text_add(&why, "; the initrd takes ");
        text_add_size(&why, boot->initrd.size_bytes);
        text_add(&why, " in one block, and there were ");
        memory_describe(&before, &why);
    }
    text_clear(&boot->detail);
    text_add_bytes(&boot->detail, text_bytes(&why));
    return fail(boot, "hand-off", st);
}

static enum status boot_run(struct boot *b)
{
    enum status st;

    if ((st = trust_load(b)))
        return fail(b, "trust", st);
    if ((st = configure_from_line(b)))
        return fail(b, "configuration", st);
    if (b->config.help) {
        show_help(b);
        return STATUS_OK;
    }
    if ((st = network_up(b)))
        return fail(b, "network", st);
    if ((st = configure_from_conf(b)))
        return fail(b, "configuration", st);
    if ((st = configure_from_entry(b)))
        return fail(b, "entry", st);
    if ((st = trust_check_entry(b)))
        return fail(b, "entry", st);
    if ((st = network_follow_configuration(b)))
        return fail(b, "network", st);
    if ((st = initrd_plan_sizes(b)))
        return fail(b, "initrd", st);
    if ((st = kernel_fetch(b)))
        return fail(b, "kernel", st);
    if ((st = kernel_check(b)))
        return fail(b, "kernel", st);
    if ((st = initrd_plan_stream(b)))
        return fail(b, "initrd", st);
    if ((st = initrd_load_begin(b)))
        return fail(b, "initrd", st);
    if ((st = root_decide(b)))
        return fail(b, "root mode", st);
    if ((st = cmdline_prepare(b)))
        return fail(b, "command line", st);
    if ((st = initrd_load_early(b)))
        return fail(b, "initrd", st);
    if ((st = initrd_plan_choose(b)))
        return fail(b, "initrd", st);
    if ((st = initrd_compose(b)))
        return fail(b, "initrd", st);
    if ((st = handoff_prepare(b)))
        return fail(b, "hand-off", st);
    if ((st = measure(b)))
        return fail(b, "measurement", st);
    if (!is_streamed(b) && (st = trust_raise_floor(b)))
        return fail(b, "rollback floor", st);
    return handoff(b);
}

/* The clock and the console come first: everything else may want to say something. */
static void boot_init(struct boot *boot, EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    boot->image = image;
    boot->system = system;
    boot->services = system->BootServices;
    boot->detail = TEXT(boot->detail_memory);
    boot->origin = TEXT(boot->origin_memory);
    boot->base = TEXT(boot->base_memory);
    clock_init(&boot->clock, boot->services);
    stages_init(&boot->stages, &boot->clock);
    console_init(&boot->console, system, &boot->clock);
    platform_init(&boot->platform, boot->services, &boot->clock, &boot->console, &boot->unneeded);
    mbedtls_memory_use(platform_allocator(&boot->platform));
    /* A boot option's watchdog fires after five minutes: a slow network may take longer. */
    boot->services->SetWatchdogTimer(0, 0, 0, NULL);
}

static void boot_release(struct boot *boot)
{
    initrd_load_abandon(boot);
    initrd_withdraw(&boot->initrd);
    handoff_unload(&boot->handoff);
    network_down(boot);
    for (size_t i = 0; i < ARRAY_LENGTH(boot->plan.files); i++)
        pages_free(&boot->plan.files[i].blob.pages);
    pages_free(&boot->plan.leaf_pages);
    pages_free(&boot->cmdline_pages);
    pages_free(&boot->options_pages);
    pages_free(&boot->kernel.pages);
    pages_free(&boot->entry.pages);
    pages_free(&boot->words.pages);
    pages_free(&boot->conf.pages);
    pages_free(&boot->line_pages);
    unneeded_free(&boot->unneeded);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static struct boot boot;
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    enum status st = STATUS_FIRMWARE;

    boot_init(&boot, image, system);
    console_say(&boot.console, "version " PIVOTBOOT_VERSION);
    if (boot.services->HandleProtocol(image, &guid, (void **)&boot.loaded) == EFI_SUCCESS)
        st = boot_run(&boot);
    else
        st = fail(&boot, "start", STATUS_FIRMWARE);
    boot_release(&boot);
    return status_code(st);
}
