#include "leaf-config.h"

static enum status add(struct text *text, const char *key, struct bytes value)
{
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] == 0)
            return STATUS_LEAF_CONFIG_BAD;
    text_add(text, key);
    text_add_bytes(text, value);
    text_add_bytes(text, (struct bytes){ (const uint8_t *)"", 1 });
    return STATUS_OK;
}

static enum status add_number(struct text *text, const char *key, unsigned int number)
{
    char memory[12]; /* enough for any unsigned int */
    struct text digits = TEXT(memory);

    text_add_u64(&digits, number);
    return add(text, key, text_bytes(&digits));
}

enum status leaf_config_encode(const struct leaf_config *config, struct text *text)
{
    enum status st;

    if (config->part_count > LEAF_PARTS_MAX)
        return STATUS_LEAF_CONFIG_BAD;
    if (config->init.size > 0 && (st = add(text, "init=", config->init)))
        return st;
    if (config->flags.size > 0 && (st = add(text, "flags=", config->flags)))
        return st;
    st =
        add(text,
            "onfail=", config->onfail == LEAF_ONFAIL_CONTINUE ? BYTES("continue") : BYTES("panic"));
    if (st)
        return st;
    if (config->is_verified && (st = add(text, "verified=", BYTES("yes"))))
        return st;
    return add_number(text, "parts=", config->part_count);
}

/* Whether record is "key=...", and then what is behind the sign. key: with the sign. */
static bool has_key(struct bytes record, struct bytes key, struct bytes *ret_value)
{
    if (!bytes_start_with(record, key))
        return false;
    /* Not bytes_from(): an empty value, too, has to point at its NUL. */
    *ret_value = (struct bytes){ record.data + key.size, record.size - key.size };
    return true;
}

static enum status decode_count(struct bytes value, unsigned int *ret_count)
{
    uint64_t count;

    if (!bytes_read_decimal(value, LEAF_PARTS_MAX, &count))
        return STATUS_LEAF_CONFIG_BAD;
    *ret_count = (unsigned int)count;
    return STATUS_OK;
}

static enum status decode_record(struct bytes record, struct leaf_config *config)
{
    struct bytes value;

    if (has_key(record, BYTES("init="), &value)) {
        if (config->init.size > 0)
            return STATUS_LEAF_CONFIG_BAD;
        config->init = value;
        return STATUS_OK;
    }
    if (has_key(record, BYTES("flags="), &config->flags))
        return STATUS_OK;
    if (has_key(record, BYTES("parts="), &value))
        return decode_count(value, &config->part_count);
    if (bytes_equal(record, BYTES("onfail=continue")))
        config->onfail = LEAF_ONFAIL_CONTINUE;
    else if (bytes_equal(record, BYTES("onfail=panic")))
        config->onfail = LEAF_ONFAIL_PANIC;
    else if (bytes_equal(record, BYTES("verified=yes")))
        config->is_verified = true;
    else
        return STATUS_LEAF_CONFIG_BAD;
    return STATUS_OK;
}

enum status leaf_config_decode(struct bytes encoded, struct leaf_config *ret_config)
{
    struct leaf_config config;

    memset(&config, 0, sizeof(config));
    while (encoded.size > 0) {
        size_t size = 0;
        enum status st;

        while (size < encoded.size && encoded.data[size] != 0)
            size++;
        if (size == encoded.size)
            return STATUS_LEAF_CONFIG_BAD;
        st = decode_record(bytes_first(encoded, size), &config);
        if (st)
            return st;
        encoded = bytes_from(encoded, size + 1);
    }
    *ret_config = config;
    return STATUS_OK;
}
