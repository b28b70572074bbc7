#include "root.h"

#include "../kernel-cmdline/cmdline.h"
#include "initrd-load.h"

static enum status join_options(struct boot *boot)
{
    const struct config *config = &boot->config;
    uint32_t limit_bytes = boot->kernel_image.cmdline_limit_bytes;
    struct bytes pieces[ARRAY_LENGTH(config->options) + 1];
    size_t count = 0;
    enum status st;

    for (size_t i = 0; i < config->given[KEY_options]; i++)
        pieces[count++] = config->options[i];
    pieces[count++] = config->line_options;
    if ((st = pages_allocate(&boot->options_pages, boot->services, limit_bytes)))
        return st;
    boot->options =
        (struct text){ .data = (char *)boot->options_pages.data, .capacity = limit_bytes };
    return cmdline_join(pieces, count, limit_bytes, &boot->detail, &boot->options);
}

static void go_on_loading(void *context)
{
    initrd_load_poll(context);
}

const struct capabilities *root_ask_kernel(struct boot *boot)
{
    struct allocator allocator = platform_allocator(&boot->platform);
    struct pause pause = { go_on_loading, boot };
    char memory[CAPABILITIES_TEXT_MAX_BYTES + 20];
    struct text line = TEXT(memory);
    enum stage asked_in = boot->stages.current;

    if (boot->capabilities_asked)
        return &boot->capabilities;
    stages_begin(&boot->stages, STAGE_ROOT);
    boot->capabilities = capabilities_read(boot->kernel.bytes, &allocator, &pause);
    stages_begin(&boot->stages, asked_in);
    boot->capabilities_asked = true;
    text_add(&line, "kernel: has ");
    capabilities_describe(&boot->capabilities, &line);
    console_line(&boot->console, &line);
    return &boot->capabilities;
}

enum status root_decide(struct boot *boot)
{
    struct root_request request = {
        .mode = boot->config.root_mode,
        .force = boot->config.rootfs_force,
        .rootflags = boot->config.rootflags,
    };
    char memory[ROOT_CHOICE_TEXT_MAX_BYTES + 20];
    struct text line = TEXT(memory);
    enum status st;

    stages_begin(&boot->stages, STAGE_ROOT);
    if ((st = join_options(boot)))
        return st;
    request.options = text_bytes(&boot->options);
    if (root_choice_asks_kernel(&request))
        request.capabilities = root_ask_kernel(boot);
    if ((st = root_choose(&request, &boot->detail, &boot->root)))
        return st;
    text_add(&line, "root: ");
    text_add_bytes(&line, text_bytes(&boot->detail));
    text_clear(&boot->detail);
    console_line(&boot->console, &line);
    return STATUS_OK;
}
