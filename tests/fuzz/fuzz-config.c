/*
 * The way of the configuration: a line, and an entry. Input: the line, a NUL, the entry.
 */
#include "fuzz.h"
#include "kernel-cmdline/config-text.h"
#include "kernel-cmdline/config.h"
#include "kernel-cmdline/keys.h"
#include "payload/utc.h"

struct sources {
    struct bytes line, entry;
};

static void check_text(struct bytes value, const struct sources *sources)
{
    require(value.size > 0);
    require(inside(value, sources->line) || inside(value, sources->entry));
}

#define CHECK_URL(value)        check_text(value, sources)
#define CHECK_TEXT(value)       check_text(value, sources)
#define CHECK_SHA256(value)     ((void)(value))
#define CHECK_SIZE(value)       require((value) >= 1 && (value) <= INT64_MAX)
#define CHECK_SECONDS(value)    require((value) >= 1 && (value) <= CONFIG_MAX_SECONDS)
#define CHECK_ROOT_MODE(value)  require((value) < ROOT_MODE_COUNT)
#define CHECK_FORMAT(value)     require((value) <= FORMAT_OTHER)
#define CHECK_STREAM(value)     require((value) <= STREAM_OFF)
#define CHECK_DECOMPRESS(value) require((value) <= DECOMPRESS_ALWAYS)
#define CHECK_ONFAIL(value)     require((value) == LEAF_ONFAIL_PANIC || (value) == LEAF_ONFAIL_CONTINUE)
#define CHECK_TRANSPORT(value)  require((value) < TRANSPORT_COUNT)
#define CHECK_TPM(value)        require((value) == TPM_AUTO || (value) == TPM_REQUIRE)
#define CHECK_FLAG(value)       ((void)(value))
#define CHECK_NUMBER(value)     ((void)(value))
#define CHECK_UTC(value)        require((value) != UTC_UNKNOWN)
#define CHECK_ARCHITECTURE(value) \
    require((value) == ARCHITECTURE_X64 || (value) == ARCHITECTURE_AA64)

/* Every value that was given lies where it may, whatever was refused behind it. */
static void check_values(const struct config *config, const struct sources *sources)
{
#define KEY_ONE(type, field, name, key_sources, default_text, sentence) \
    if (config->given[KEY_##field])                                     \
        CHECK_##type(config->field);
#define KEY_MANY(type, field, name, most, key_sources, sentence) \
    require(config->given[KEY_##field] <= (most));               \
    for (size_t i = 0; i < config->given[KEY_##field]; i++)      \
        CHECK_##type(config->field[i]);
#include "kernel-cmdline/keys.def"
#undef KEY_ONE
#undef KEY_MANY
}

static void check_counts(const struct config *config)
{
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const struct key_info *info = key_info(key);

        require((config->given[key] > 0) == (config->given_by[key] != 0));
        require((config->given_by[key] & ~info->sources) == 0);
        require(info->most > 1 || config->given[key] <= 2);
    }
}

static enum status read_both(struct config *config, const struct sources *sources,
                             struct buffer line, struct text *detail)
{
    enum status st;

    if ((st = config_add_line(config, line, detail)))
        return st;
    if ((st = config_check_line(config, detail)))
        return st;
    if (config->given[KEY_entry_url]) {
        if ((st = config_add_entry(config, sources->entry, ARCHITECTURE_X64, detail)))
            return st;
    }
    return config_check(config, detail);
}

static void check_complete(const struct config *config)
{
    uint8_t initrds = config->given[KEY_initrd_url];
    uint8_t digests = config->given[KEY_initrd_sha256], sizes = config->given[KEY_initrd_size];
    uint8_t formats = config->given[KEY_initrd_format];

    require(config->given[KEY_linux_url]);
    require(digests == 0 || digests == initrds);
    require(sizes == 0 || sizes == initrds);
    require(formats == 0 || formats == initrds);
    require(!config->given[KEY_architecture] || config->architecture == ARCHITECTURE_X64);
}

/* Each line of the measured text is a key's: no value can look like another line. */
static void check_description(const struct config *config)
{
    static char memory[CONFIG_TEXT_MAX_BYTES];
    struct text text = TEXT(memory);
    struct bytes rest;

    config_describe(config, config->line_options, &text);
    require(!text.truncated);
    rest = text_bytes(&text);
    require(bytes_equal(take_until(&rest, '\n'), BYTES("configuration 1")));
    for (size_t last = 0; rest.size > 0;) {
        struct bytes line = take_until(&rest, '\n');
        size_t key = key_from_name(take_until(&line, ' '));

        require(key < KEY_COUNT && line.size > 0);
        if (key == KEY_options)
            require(rest.size == 0);
        else
            require(config->given[key] > 0 && key >= last);
        last = key;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct bytes rest = { data, size };
    struct buffer line = fuzz_copy(take_until(&rest, 0));
    struct buffer entry = fuzz_copy(rest);
    struct sources sources = { { line.data, line.size }, { entry.data, entry.size } };
    struct config config;
    enum status st;

    (void)config_is_entry(sources.line);
    (void)config_is_entry(sources.entry);
    config_init(&config);
    st = read_both(&config, &sources, line, &detail);
    require_detail(&detail, st != STATUS_OK);
    check_values(&config, &sources);
    check_counts(&config);
    if (config.line_options.size > 0)
        require(inside(config.line_options, sources.line) && !has_byte(config.line_options, '\n'));
    if (st == STATUS_OK) {
        check_complete(&config);
        check_description(&config);
    }
    free(line.data);
    free(entry.data);
    return 0;
}
