#include "keys.h"
#include "edit-distance.h"

static const struct key_info keys[] = {
#define KEY_ONE(type, field, name, sources, default_text, sentence) \
    { name, KEY_TYPE_##type, sources, 1, default_text, sentence },
#define KEY_MANY(type, field, name, most, sources, sentence) \
    { name, KEY_TYPE_##type, sources, most, "", sentence },
#include "keys.def"
#undef KEY_ONE
#undef KEY_MANY
};

const struct key_info *key_info(size_t key)
{
    return &keys[key];
}

size_t key_from_name(struct bytes name)
{
    for (size_t key = 0; key < KEY_COUNT; key++)
        if (bytes_equal(name, bytes_of_string(keys[key].name)))
            return key;
    return KEY_COUNT;
}

size_t key_nearest(struct bytes name, enum key_source source)
{
    size_t nearest = KEY_COUNT;
    /* One slip in a short name, two in a long one: more is another word. */
    uint8_t distance = name.size < 5 ? 2 : 3;

    for (size_t key = 0; key < KEY_COUNT; key++) {
        uint8_t found;

        if (!(keys[key].sources & source))
            continue;
        found = edit_distance(name, bytes_of_string(keys[key].name));
        if (found < distance) {
            distance = found;
            nearest = key;
        }
    }
    return nearest;
}

static void describe_root_modes(struct text *text)
{
    text_add(text, "one of ");
    for (size_t mode = 0; mode < ROOT_MODE_COUNT; mode++) {
        if (mode > 0)
            text_add(text, ", ");
        text_add(text, root_mode_name((enum root_mode)mode));
    }
}

void key_type_describe(enum key_type type, struct text *text)
{
    switch (type) {
    case KEY_TYPE_URL:
        text_add(text, "a URL");
        return;
    case KEY_TYPE_TEXT:
        text_add(text, "text");
        return;
    case KEY_TYPE_SHA256:
        text_add(text, "64 hexadecimal digits");
        return;
    case KEY_TYPE_SIZE:
        text_add(text, "a decimal number of bytes from 1 to ");
        text_add_u64(text, INT64_MAX);
        return;
    case KEY_TYPE_SECONDS:
        text_add(text, "a decimal number of seconds from 1 to ");
        text_add_u64(text, CONFIG_MAX_SECONDS);
        return;
    case KEY_TYPE_ROOT_MODE:
        describe_root_modes(text);
        return;
    case KEY_TYPE_ARCHITECTURE:
        text_add(text, "x64 or aa64");
        return;
    case KEY_TYPE_ONFAIL:
        text_add(text, "panic or continue");
        return;
    case KEY_TYPE_TRANSPORT:
        text_add(text, "auto, snp or firmware");
        return;
    case KEY_TYPE_STREAM:
        text_add(text, "auto, on or off");
        return;
    case KEY_TYPE_FORMAT:
        text_add(text, "auto, zstd, cpio or other");
        return;
    case KEY_TYPE_DECOMPRESS:
        text_add(text, "auto, never or always");
        return;
    case KEY_TYPE_TPM:
        text_add(text, "auto or require");
        return;
    case KEY_TYPE_FLAG:
        text_add(text, "yes or no");
        return;
    case KEY_TYPE_NUMBER:
        text_add(text, "a decimal number from 0 to ");
        text_add_u64(text, UINT64_MAX);
        return;
    case KEY_TYPE_UTC:
        text_add(text, "a time in UTC such as 2026-11-23T08:05:35Z");
        return;
    }
}

const char *key_type_placeholder(enum key_type type)
{
    static const char *const placeholders[] = {
        [KEY_TYPE_URL] = "URL",
        [KEY_TYPE_TEXT] = "TEXT",
        [KEY_TYPE_SHA256] = "HEX",
        [KEY_TYPE_SIZE] = "BYTES",
        [KEY_TYPE_SECONDS] = "SECONDS",
        [KEY_TYPE_ROOT_MODE] = "MODE",
        [KEY_TYPE_ARCHITECTURE] = "ARCHITECTURE",
        [KEY_TYPE_ONFAIL] = "panic|continue",
        [KEY_TYPE_TRANSPORT] = "auto|snp|firmware",
        [KEY_TYPE_STREAM] = "auto|on|off",
        [KEY_TYPE_FORMAT] = "auto|zstd|cpio|other",
        [KEY_TYPE_DECOMPRESS] = "auto|never|always",
        [KEY_TYPE_TPM] = "auto|require",
        [KEY_TYPE_FLAG] = "yes|no",
        [KEY_TYPE_NUMBER] = "NUMBER",
        [KEY_TYPE_UTC] = "TIME",
    };
    return placeholders[type];
}
