#include "config-text.h"

#include "../payload/utc.h"

static void begin(struct text *text, const char *name)
{
    text_add(text, name);
    text_add(text, " ");
}

static void add_bytes(struct text *text, const char *name, struct bytes value)
{
    begin(text, name);
    text_add_bytes(text, value);
    text_add(text, "\n");
}

static void add_string(struct text *text, const char *name, const char *value)
{
    add_bytes(text, name, bytes_of_string(value));
}

/* One for each type of keys.def: a new type does not compile before somebody has decided. */
#define add_URL(text, name, value)        ((void)(value))
#define add_SECONDS(text, name, value)    ((void)(value))
#define add_STREAM(text, name, value)     ((void)(value))
#define add_DECOMPRESS(text, name, value) ((void)(value))
#define add_TRANSPORT(text, name, value)  ((void)(value))

static void add_TEXT(struct text *text, const char *name, const config_TEXT *value)
{
    add_bytes(text, name, *value);
}

static void add_SHA256(struct text *text, const char *name, const config_SHA256 *value)
{
    begin(text, name);
    text_add_hex_bytes(text, (struct bytes){ value->bytes, SHA256_BYTES });
    text_add(text, "\n");
}

static void add_SIZE(struct text *text, const char *name, const config_SIZE *value)
{
    begin(text, name);
    text_add_u64(text, *value);
    text_add(text, "\n");
}

static void add_ROOT_MODE(struct text *text, const char *name, const config_ROOT_MODE *value)
{
    add_string(text, name, root_mode_name(*value));
}

static void add_ARCHITECTURE(struct text *text, const char *name, const config_ARCHITECTURE *value)
{
    add_string(text, name, architecture_name(*value));
}

static void add_ONFAIL(struct text *text, const char *name, const config_ONFAIL *value)
{
    add_string(text, name, *value == LEAF_ONFAIL_CONTINUE ? "continue" : "panic");
}

static void add_FORMAT(struct text *text, const char *name, const config_FORMAT *value)
{
    static const char *const names[] = {
        [FORMAT_AUTO] = "auto",
        [FORMAT_ZSTD] = "zstd",
        [FORMAT_CPIO] = "cpio",
        [FORMAT_OTHER] = "other",
    };

    add_string(text, name, names[*value]);
}

static void add_TPM(struct text *text, const char *name, const config_TPM *value)
{
    add_string(text, name, *value == TPM_REQUIRE ? "require" : "auto");
}

static void add_FLAG(struct text *text, const char *name, const config_FLAG *value)
{
    add_string(text, name, *value ? "yes" : "no");
}

static void add_NUMBER(struct text *text, const char *name, const config_NUMBER *value)
{
    begin(text, name);
    text_add_u64(text, *value);
    text_add(text, "\n");
}

static void add_UTC(struct text *text, const char *name, const config_UTC *value)
{
    begin(text, name);
    utc_add(text, *value);
    text_add(text, "\n");
}

void config_describe(const struct config *config, struct bytes options, struct text *ret_text)
{
    text_add(ret_text, "configuration 1\n");
#define KEY_ONE(type, field, name, sources, default_text, sentence) \
    if (config->given[KEY_##field])                                 \
        add_##type(ret_text, name, &config->field);
/* The options count as the one text that the kernel gets, below. */
#define KEY_MANY(type, field, name, most, sources, sentence)                              \
    for (size_t i = 0; KEY_##field != KEY_options && i < config->given[KEY_##field]; i++) \
        add_##type(ret_text, name, &config->field[i]);
#include "keys.def"
#undef KEY_ONE
#undef KEY_MANY
    if (options.size > 0)
        add_bytes(ret_text, "options", options);
}
