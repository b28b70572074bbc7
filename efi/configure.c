#include "configure.h"

#include "../payload/entry.h"
#include "arch/machine.h"
#include "device-path.h"
#include "load-options.h"
#include "trust.h"

struct fetch configure_fetch(const struct boot *boot)
{
    return (struct fetch){
        .services = boot->services,
        .console = (struct console *)&boot->console,
        .clock = &boot->clock,
        .stages = (struct stages *)&boot->stages,
        .network = boot->network,
        .mirrors = (struct mirrors *)&boot->mirrors,
        .mirror_urls = boot->config.mirror_url,
        .mirror_count = boot->config.given[KEY_mirror_url],
        .line_mirror_count = boot->line_mirror_count,
        .origin = text_bytes(&boot->origin),
        .base = text_bytes(&boot->base),
        .idle_timeout_ms = boot->config.idle_timeout_s * 1000,
        .total_timeout_ms = boot->config.total_timeout_s * 1000,
    };
}

/*
 * The firmware's HTTP boot and iPXE 2.0 put the URL into the device path that pivotboot was
 * loaded from. Older iPXE tells nobody: then relative URLs have nothing to be relative to.
 */
static void find_origin(struct boot *boot)
{
    struct bytes uri = device_path_uri(device_path_of(boot->services, boot->loaded->DeviceHandle));

    if (uri.size == 0)
        uri = device_path_uri(boot->loaded->FilePath);
    text_add_bytes(&boot->origin, uri);
    if (boot->origin.truncated)
        text_clear(&boot->origin);
    text_add_bytes(&boot->base, text_bytes(&boot->origin));
}

/* For the measurements. */
static enum status keep_words(struct boot *boot, struct bytes words)
{
    enum status st = STATUS_OK;

    if (words.size == 0 || (st = pages_allocate(&boot->words.pages, boot->services, words.size)))
        return st;
    memcpy(boot->words.pages.data, words.data, words.size);
    boot->words.bytes = (struct bytes){ boot->words.pages.data, words.size };
    return STATUS_OK;
}

enum status configure_from_line(struct boot *boot)
{
    struct text line;
    enum status st;

    config_init(&boot->config);
    find_origin(boot);
    if ((st = pages_allocate(&boot->line_pages, boot->services, CONFIG_LINE_MAX_BYTES)))
        return st;
    line =
        (struct text){ .data = (char *)boot->line_pages.data, .capacity = CONFIG_LINE_MAX_BYTES };
    if ((st = load_options_line(boot->loaded, &boot->detail, &line)))
        return st;
    if ((st = keep_words(boot, text_bytes(&line))))
        return st;
    if ((st = config_add_line(&boot->config, (struct buffer){ boot->line_pages.data, line.size },
                              &boot->detail)))
        return st;
    return trust_check_words(boot);
}

/* Nothing at all was said: not a key, not even " -- ". */
static bool is_silent(const struct config *config)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (config->given[i] > 0)
            return false;
    return config->line_options.data == NULL;
}

/* Writes the origin with .conf in place of .efi. */
static enum status conf_url(struct boot *boot, struct text *ret_url)
{
    struct bytes origin = text_bytes(&boot->origin), suffix = BYTES(".efi");
    size_t end = 0;

    while (end < origin.size && origin.data[end] != '?' && origin.data[end] != '#')
        end++;
    if (end < suffix.size ||
        !bytes_equal(bytes_first(bytes_from(origin, end - suffix.size), suffix.size), suffix)) {
        text_add(&boot->detail, "LoadOptions are empty, and pivotboot was not loaded from a URL "
                                "that ends in .efi");
        if (origin.size > 0) {
            text_add(&boot->detail, ": ");
            text_add_quoted(&boot->detail, origin);
        }
        return STATUS_CONFIG_MISSING;
    }
    text_add_bytes(ret_url, bytes_first(origin, end - suffix.size));
    text_add(ret_url, ".conf");
    text_add_bytes(ret_url, bytes_from(origin, end));
    return STATUS_OK;
}

enum status configure_resolve(struct boot *boot, struct bytes reference, struct text *ret_url)
{
    enum status st = url_resolve(text_bytes(&boot->base), reference, &boot->detail, ret_url);

    if (st == STATUS_URL_NO_BASE)
        text_add(&boot->detail, ", and nothing tells where pivotboot came from (iPXE does since "
                                "2.0, the firmware's HTTP boot does)");
    return st;
}

/* Fetches a text file; *ret_url becomes the URL that answered, which relative URLs start at. */
static enum status fetch_text(struct boot *boot, const char *name, struct bytes url,
                              uint64_t limit_bytes, struct blob *blob)
{
    struct fetch fetch = configure_fetch(boot);
    struct fetch_file file = {
        .name = name,
        .url = url,
        .expected = { NULL, SINK_SIZE_UNKNOWN },
        .limit_bytes = limit_bytes,
    };
    char memory[URL_MAX_BYTES];
    struct text from = TEXT(memory);
    enum status st;

    if ((st = fetch_file(&fetch, &file, &boot->detail, &blob->pages, &blob->bytes, &from)))
        return st;
    text_clear(&boot->base);
    text_add_bytes(&boot->base, text_bytes(&from));
    return STATUS_OK;
}

/* The bytes that were verified are the bytes that are read. */
static enum status add_entry(struct boot *boot, struct bytes url, struct bytes entry)
{
    enum status st = trust_verify_entry(boot, url, entry);

    if (st)
        return st;
    return config_add_entry(&boot->config, entry, MACHINE_ARCHITECTURE, &boot->detail);
}

enum status configure_from_conf(struct boot *boot)
{
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    enum status st;

    stages_begin(&boot->stages, STAGE_CONFIGURATION);
    if (!is_silent(&boot->config))
        return STATUS_OK;
    if ((st = conf_url(boot, &url)))
        return st;
    if ((st = fetch_text(boot, "configuration", text_bytes(&url), CONFIG_LINE_MAX_BYTES,
                         &boot->conf)))
        return st;
    if (config_is_entry(boot->conf.bytes)) {
        boot->entry = boot->conf;
        boot->conf = (struct blob){ .bytes = { NULL, 0 } };
        return add_entry(boot, text_bytes(&url), boot->entry.bytes);
    }
    if ((st = keep_words(boot, boot->conf.bytes)))
        return st;
    if ((st = config_add_line(&boot->config,
                              (struct buffer){ boot->conf.pages.data, boot->conf.bytes.size },
                              &boot->detail)))
        return st;
    if (boot->config.given[KEY_ip] > 0) {
        text_add(&boot->detail, "'ip' comes too late in a .conf: it was fetched with an address");
        return STATUS_CONFIG_KEY_MISPLACED;
    }
    return trust_check_words(boot);
}

static enum status fetch_entry(struct boot *boot)
{
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    enum status st;

    if ((st = configure_resolve(boot, boot->config.entry_url, &url)))
        return st;
    if ((st = fetch_text(boot, "entry", text_bytes(&url), ENTRY_MAX_BYTES, &boot->entry)))
        return st;
    return add_entry(boot, text_bytes(&url), boot->entry.bytes);
}

enum status configure_from_entry(struct boot *boot)
{
    enum status st;

    stages_begin(&boot->stages, STAGE_ENTRY);
    if ((st = config_check_line(&boot->config, &boot->detail)))
        return st;
    boot->line_mirror_count = boot->config.given[KEY_mirror_url];
    if (boot->config.given[KEY_entry_url] && (st = fetch_entry(boot)))
        return st;
    return config_check(&boot->config, &boot->detail);
}
