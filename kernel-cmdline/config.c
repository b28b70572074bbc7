#include "config.h"
#include "../payload/entry.h"
#include "../payload/utf8.h"
#include "config-value.h"
#include "keys.h"
#include "tokens.h"

/* Where a key's values are in the struct. */
struct slot {
    uint16_t offset;
    uint16_t value_size;
};

static const struct slot slots[] = {
#define KEY_ONE(type, field, name, sources, default_text, sentence) \
    { offsetof(struct config, field), sizeof(config_##type) },
#define KEY_MANY(type, field, name, most, sources, sentence) \
    { offsetof(struct config, field), sizeof(config_##type) },
#include "keys.def"
#undef KEY_ONE
#undef KEY_MANY
};

static void keep_value(struct config *config, size_t key, size_t position,
                       const union config_value *value)
{
    const struct slot *slot = &slots[key];

    memcpy((uint8_t *)config + slot->offset + position * slot->value_size, value, slot->value_size);
}

void config_init(struct config *config)
{
    *config = (struct config){ 0 };
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const struct key_info *info = key_info(key);
        union config_value value;

        /* A default that can't be read is a mistake in keys.def, which a unit test finds. */
        if (info->default_text[0] != '\0' &&
            config_value_read(info->type, bytes_of_string(info->default_text), &value))
            keep_value(config, key, 0, &value);
    }
}

static enum status unknown_key(enum key_source source, struct bytes name, struct text *detail)
{
    size_t nearest = key_nearest(name, source);

    text_add_quoted(detail, name);
    if (nearest < KEY_COUNT) {
        text_add(detail, " (did you mean '");
        text_add(detail, key_info(nearest)->name);
        text_add(detail, "'?)");
    }
    return STATUS_CONFIG_KEY_UNKNOWN;
}

static enum status misplaced_key(size_t key, struct text *detail)
{
    const struct key_info *info = key_info(key);

    text_add(detail, "'");
    text_add(detail, info->name);
    if (info->sources & KEY_LINE)
        text_add(detail, "' belongs on the iPXE line or in the .conf, not in an entry");
    else if (key == KEY_options)
        text_add(detail, "' belongs in an entry; on the line, kernel options follow ' -- '");
    else
        text_add(detail, "' belongs in an entry");
    return STATUS_CONFIG_KEY_MISPLACED;
}

static enum status repeated_key(size_t key, struct bytes value, struct text *detail)
{
    const struct key_info *info = key_info(key);

    text_add(detail, "'");
    text_add(detail, info->name);
    text_add(detail, "' may be given ");
    if (info->most == 1) {
        text_add(detail, "once");
    } else {
        text_add_u64(detail, info->most);
        text_add(detail, " times");
    }
    text_add(detail, ", found another one with the value ");
    text_add_quoted(detail, value);
    return STATUS_CONFIG_KEY_REPEATED;
}

static enum status bad_value(size_t key, struct bytes value, struct text *detail)
{
    const struct key_info *info = key_info(key);

    text_add(detail, info->name);
    text_add(detail, "=");
    text_add_quoted(detail, value);
    text_add(detail, ": expected ");
    key_type_describe(info->type, detail);
    return STATUS_CONFIG_VALUE_BAD;
}

/* Whether a value replaces the one that another source may have given for the same key. */
static bool is_stronger(const struct config *config, size_t key, enum key_source source,
                        const union config_value *value)
{
    if (key_info(key)->type == KEY_TYPE_TPM)
        return value->tpm >= config->tpm;
    return source == KEY_LINE || !(config->given_by[key] & KEY_LINE);
}

enum status config_add(struct config *config, enum key_source source, struct bytes key,
                       struct bytes value, struct text *detail)
{
    size_t found = key_from_name(key);
    const struct key_info *info;
    union config_value read;
    bool many;

    if (found == KEY_COUNT)
        return unknown_key(source, key, detail);
    info = key_info(found);
    many = info->most > 1;
    if (!(info->sources & source))
        return misplaced_key(found, detail);
    if (many ? config->given[found] >= info->most : (config->given_by[found] & source) != 0)
        return repeated_key(found, value, detail);
    if (!config_value_read(info->type, value, &read))
        return bad_value(found, value, detail);

    if (many || is_stronger(config, found, source, &read))
        keep_value(config, found, many ? config->given[found] : 0, &read);
    config->given[found]++;
    config->given_by[found] |= (uint8_t)source;
    return STATUS_OK;
}

static enum status check_line_text(struct bytes text, struct text *detail)
{
    size_t offset;
    enum utf8_fault fault;

    if (text.size > CONFIG_LINE_MAX_BYTES) {
        text_add(detail, "expected at most ");
        text_add_u64(detail, CONFIG_LINE_MAX_BYTES);
        text_add(detail, " bytes, found ");
        text_add_u64(detail, text.size);
        return STATUS_CONFIG_TOO_LONG;
    }
    fault = utf8_check(text, "\t\r\n", &offset);
    if (fault == UTF8_FINE)
        return STATUS_OK;
    text_add(detail, fault == UTF8_INVALID ? "expected UTF-8, found 0x" : "control character 0x");
    text_add_hex(detail, text.data[offset], 2);
    text_add(detail, " at byte ");
    text_add_u64(detail, offset + 1);
    return STATUS_CONFIG_ENCODING;
}

static enum status add_word(struct config *config, struct bytes word, struct text *detail)
{
    size_t equals = 0, key;

    while (equals < word.size && word.data[equals] != '=')
        equals++;
    if (bytes_equal(word, BYTES("help"))) {
        config->help = true;
        return STATUS_OK;
    }
    key = key_from_name(word);
    if (key < KEY_COUNT && key_info(key)->type == KEY_TYPE_FLAG)
        return config_add(config, KEY_LINE, word, BYTES("yes"), detail);
    if (equals == word.size) {
        text_add_quoted(detail, word);
        text_add(detail, ": expected key=value; kernel options belong behind ' -- '");
        return STATUS_CONFIG_VALUE_BAD;
    }
    return config_add(config, KEY_LINE, bytes_first(word, equals), bytes_from(word, equals + 1),
                      detail);
}

enum status config_add_line(struct config *config, struct buffer line, struct text *detail)
{
    struct bytes text = { line.data, line.size };
    struct tokens tokens;
    enum status st;

    if ((st = check_line_text(text, detail)))
        return st;

    /* Only what was skipped at the front can be shorter; the rest keeps its place. */
    text = utf8_without_mark(text);
    if (text.size > 0)
        line = (struct buffer){ line.data + (line.size - text.size), text.size };
    else
        line.size = 0;
    tokens_open(line, &tokens);
    for (;;) {
        struct token token;
        bool more;

        if ((st = tokens_next(&tokens, detail, &more, &token)))
            return st;
        if (!more)
            return STATUS_OK;
        if (!token.quoted && bytes_equal(token.word, BYTES("--")))
            break;
        if ((st = add_word(config, token.word, detail)))
            return st;
    }
    config->line_options = tokens_rest(&tokens);
    if (!config->line_options.data)
        config->line_options.data = (const uint8_t *)"";
    return STATUS_OK;
}

enum status config_add_entry(struct config *config, struct bytes text, enum architecture machine,
                             struct text *detail)
{
    struct entry_reader reader;
    enum status st;

    if ((st = entry_open(text, detail, &reader)))
        return st;
    for (;;) {
        struct entry_pair pair;
        bool more;

        if ((st = entry_next(&reader, detail, &more, &pair)))
            return st;
        if (!more)
            break;
        if ((st = config_add(config, KEY_ENTRY, pair.key, pair.value, detail))) {
            text_add(detail, " (line ");
            text_add_u64(detail, reader.line);
            text_add(detail, " of the entry)");
            return st;
        }
    }

    if (config->given[KEY_architecture] && config->architecture != machine) {
        text_add(detail, "this machine is ");
        text_add(detail, architecture_name(machine));
        text_add(detail, ", the entry is for ");
        text_add(detail, architecture_name(config->architecture));
        return STATUS_ENTRY_ARCHITECTURE;
    }
    return STATUS_OK;
}

bool config_is_entry(struct bytes text)
{
    struct bytes rest = utf8_without_mark(text);
    size_t size = 0;

    for (;;) {
        while (rest.size > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t' ||
                                 rest.data[0] == '\r' || rest.data[0] == '\n'))
            rest = bytes_from(rest, 1);
        if (rest.size == 0)
            return false;
        if (rest.data[0] != '#')
            break;
        while (rest.size > 0 && rest.data[0] != '\n')
            rest = bytes_from(rest, 1);
    }

    while (size < rest.size && rest.data[size] > ' ' && rest.data[size] != '=' &&
           rest.data[size] != '"')
        size++;
    if (bytes_equal(bytes_first(rest, size), BYTES("--")))
        return false;
    return size == rest.size || (rest.data[size] != '=' && rest.data[size] != '"');
}

/* The first key that both says what to boot and was given, or KEY_COUNT. */
static size_t given_payload_key(const struct config *config)
{
    static const uint8_t keys[] = {
        KEY_linux_url,     KEY_linux_sha256, KEY_linux_size,           KEY_initrd_url,
        KEY_initrd_sha256, KEY_initrd_size,  KEY_initrd_unpacked_size, KEY_initrd_format,
    };

    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        if (config->given[keys[i]])
            return keys[i];
    return KEY_COUNT;
}

enum status config_check_line(const struct config *config, struct text *detail)
{
    size_t key = given_payload_key(config);

    if (config->given[KEY_entry_url] && key < KEY_COUNT) {
        text_add(detail, "entry= and ");
        text_add(detail, key_info(key)->name);
        text_add(detail, "= are both given, expected either of them");
        return STATUS_CONFIG_CONFLICT;
    }
    if (!config->given[KEY_entry_url] && !config->given[KEY_linux_url]) {
        text_add(detail, "expected entry=URL or linux=URL");
        return STATUS_CONFIG_MISSING;
    }
    return STATUS_OK;
}

static enum status check_count(const struct config *config, size_t key, struct text *detail)
{
    uint8_t count = config->given[key];
    uint8_t initrds = config->given[KEY_initrd_url];

    if (count == 0 || count == initrds)
        return STATUS_OK;
    text_add(detail, "found ");
    text_add_u64(detail, count);
    text_add(detail, " of ");
    text_add(detail, key_info(key)->name);
    text_add(detail, " and ");
    text_add_u64(detail, initrds);
    text_add(detail, " of initrd, expected none or one for each initrd");
    return STATUS_CONFIG_CONFLICT;
}

enum status config_check(const struct config *config, struct text *detail)
{
    enum status st;

    if (!config->given[KEY_linux_url]) {
        text_add(detail, "expected 'linux', the URL of the kernel");
        return STATUS_CONFIG_INCOMPLETE;
    }
    if ((st = check_count(config, KEY_initrd_sha256, detail)))
        return st;
    if ((st = check_count(config, KEY_initrd_size, detail)))
        return st;
    if ((st = check_count(config, KEY_initrd_format, detail)))
        return st;
    return check_count(config, KEY_initrd_unpacked_size, detail);
}
