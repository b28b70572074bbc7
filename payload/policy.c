#include "policy.h"

#include "entry.h"

#define HEX_DIGITS_PER_BYTE 2

struct reader {
    struct entry_reader lines;
    struct entry_pair pair;
    struct text *detail;
    uint32_t given; /* bit i: the i-th row of keys[] was given */
};

static enum status bad(const struct reader *reader, const char *expected)
{
    text_add(reader->detail, "line ");
    text_add_u64(reader->detail, reader->lines.line);
    text_add(reader->detail, ", ");
    text_add_quoted(reader->detail, reader->pair.key);
    text_add(reader->detail, ": expected ");
    text_add(reader->detail, expected);
    text_add(reader->detail, ", found ");
    text_add_quoted(reader->detail, reader->pair.value);
    return STATUS_POLICY_BAD;
}

static bool is_letter_or_digit(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool policy_is_name(struct bytes text)
{
    if (text.size < 1 || text.size > POLICY_NAME_MAX_BYTES || !is_letter_or_digit(text.data[0]))
        return false;
    for (size_t i = 1; i < text.size; i++)
        if (!is_letter_or_digit(text.data[i]) && text.data[i] != '.' && text.data[i] != '_' &&
            text.data[i] != '-')
            return false;
    return true;
}

/* Decimal, without leading zeros. */
static bool read_number(struct bytes text, uint64_t most, uint64_t *ret_number)
{
    if (text.size > 1 && text.data[0] == '0')
        return false;
    return bytes_read_decimal(text, most, ret_number);
}

static bool read_hex_digit(uint8_t byte, uint8_t *ret_digit)
{
    byte = byte_to_lower(byte);
    if (byte >= '0' && byte <= '9')
        *ret_digit = (uint8_t)(byte - '0');
    else if (byte >= 'a' && byte <= 'f')
        *ret_digit = (uint8_t)(byte - 'a' + 10);
    else
        return false;
    return true;
}

static enum status read_version(struct reader *reader, struct policy *policy)
{
    (void)policy;
    return bytes_equal(reader->pair.value, BYTES("1")) ? STATUS_OK
                                                       : bad(reader, "1, the version of policies");
}

static enum status read_threshold(struct reader *reader, struct policy *policy)
{
    uint64_t number;

    if (!read_number(reader->pair.value, POLICY_THRESHOLD_MAX, &number) || number == 0)
        return bad(reader, "a number from 1 to 8");
    policy->threshold = (uint8_t)number;
    return STATUS_OK;
}

static enum status read_name(struct reader *reader, struct policy *policy)
{
    struct bytes name = reader->pair.value, lowest;
    uint64_t lowest_index = 0;
    size_t size = 0;

    while (size < name.size && name.data[size] != ' ' && name.data[size] != '\t')
        size++;
    lowest = bytes_from(name, size);
    name = bytes_first(name, size);
    while (lowest.size > 0 && (lowest.data[0] == ' ' || lowest.data[0] == '\t'))
        lowest = bytes_from(lowest, 1);

    if (!policy_is_name(name) ||
        (lowest.size > 0 && !read_number(lowest, UINT64_MAX, &lowest_index)))
        return bad(reader, "a name of letters, digits, '.', '_', '-', at most 64, and possibly "
                           "the lowest rollback-index");
    if (policy_find_name(policy, name))
        return bad(reader, "each name once");
    if (policy->names_count == POLICY_NAMES_MAX)
        return bad(reader, "at most 32 names");
    policy->names[policy->names_count++] = (struct policy_name){ name, lowest_index };
    return STATUS_OK;
}

static enum status read_allow(struct reader *reader, struct policy *policy)
{
    if (!policy_is_name(reader->pair.value))
        return bad(reader, "the name of one key");
    if (policy_allows_key(policy, reader->pair.value))
        return bad(reader, "a key that is not allowed yet");
    if (policy->allowed_count == POLICY_ALLOWED_MAX)
        return bad(reader, "at most 32 keys");
    policy->allowed[policy->allowed_count++] = reader->pair.value;
    return STATUS_OK;
}

static enum status read_revoked(struct reader *reader, struct policy *policy)
{
    struct bytes value = reader->pair.value;
    struct sha256 digest;

    if (value.size != SHA256_BYTES * HEX_DIGITS_PER_BYTE)
        return bad(reader, "64 hexadecimal digits");
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        uint8_t high, low;

        if (!read_hex_digit(value.data[2 * i], &high) ||
            !read_hex_digit(value.data[2 * i + 1], &low))
            return bad(reader, "64 hexadecimal digits");
        digest.bytes[i] = (uint8_t)(high << 4 | low);
    }
    if (policy->revoked_keys_count == POLICY_REVOKED_MAX)
        return bad(reader, "at most 64 keys");
    policy->revoked_keys[policy->revoked_keys_count++] = digest;
    return STATUS_OK;
}

/* One of two words. */
static enum status read_choice(struct reader *reader, const char *off, const char *on,
                               const char *expected, bool *ret_on)
{
    bool is_on = bytes_equal(reader->pair.value, bytes_of_string(on));

    if (!is_on && !bytes_equal(reader->pair.value, bytes_of_string(off)))
        return bad(reader, expected);
    *ret_on = is_on;
    return STATUS_OK;
}

static enum status read_absurd_clock(struct reader *reader, struct policy *policy)
{
    return read_choice(reader, "refuse", "ignore", "refuse or ignore",
                       &policy->absurd_clock_ignored);
}

static enum status read_expires(struct reader *reader, struct policy *policy)
{
    return read_choice(reader, "ignore", "enforce", "enforce or ignore", &policy->expires_enforced);
}

static enum status read_lost_floor(struct reader *reader, struct policy *policy)
{
    return read_choice(reader, "refuse", "continue", "refuse or continue",
                       &policy->lost_floor_continues);
}

static enum status read_tpm(struct reader *reader, struct policy *policy)
{
    return read_choice(reader, "auto", "require", "auto or require", &policy->tpm_required);
}

/* The first is the one that a policy starts with. */
static const struct {
    const char *name;
    bool repeatable;
    enum status (*read)(struct reader *reader, struct policy *policy);
} keys[] = {
    { "policy", false, read_version },
    { "name", true, read_name },
    { "threshold", false, read_threshold },
    { "allow", true, read_allow },
    { "absurd-clock", false, read_absurd_clock },
    { "expires", false, read_expires },
    { "lost-floor", false, read_lost_floor },
    { "tpm", false, read_tpm },
    { "revoked-key", true, read_revoked },
};

static enum status read_pair(struct reader *reader, struct policy *policy)
{
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        if (!bytes_equal(reader->pair.key, bytes_of_string(keys[i].name)))
            continue;
        if (reader->given & (UINT32_C(1) << i) && !keys[i].repeatable)
            return bad(reader, "this key once");
        if (i > 0 && !(reader->given & 1))
            return bad(reader, "'policy 1' as the first line");
        reader->given |= UINT32_C(1) << i;
        return keys[i].read(reader, policy);
    }
    text_add(reader->detail, "line ");
    text_add_u64(reader->detail, reader->lines.line);
    text_add(reader->detail, ": expected one of ");
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        text_add(reader->detail, keys[i].name);
        text_add(reader->detail, ", ");
    }
    text_add(reader->detail, "found ");
    text_add_quoted(reader->detail, reader->pair.key);
    return STATUS_POLICY_BAD;
}

enum status policy_read(struct bytes text, struct text *detail, struct policy *ret_policy)
{
    struct reader reader = { .detail = detail };
    struct policy policy = { .threshold = 1 };
    bool more;

    /* What is wrong with the text, detail says; that it is the policy's, the status. */
    if (entry_open(text, detail, &reader.lines) != STATUS_OK)
        return STATUS_POLICY_BAD;
    for (;;) {
        enum status st;

        if (entry_next(&reader.lines, detail, &more, &reader.pair) != STATUS_OK)
            return STATUS_POLICY_BAD;
        if (!more)
            break;
        if ((st = read_pair(&reader, &policy)))
            return st;
    }
    if (policy.names_count == 0) {
        text_add(detail, reader.given & 1 ? "expected a line 'name NAME', found none"
                                          : "expected 'policy 1' as the first line, found none");
        return STATUS_POLICY_BAD;
    }
    *ret_policy = policy;
    return STATUS_OK;
}

const struct policy_name *policy_find_name(const struct policy *policy, struct bytes name)
{
    for (size_t i = 0; i < policy->names_count; i++)
        if (bytes_equal(policy->names[i].name, name))
            return &policy->names[i];
    return NULL;
}

bool policy_allows_key(const struct policy *policy, struct bytes key)
{
    /* They say where to fetch from and how long to wait, and what comes from there is checked. */
    static const char *const always[] = {
        "entry", "signature", "mirror", "network-timeout", "idle-timeout", "total-timeout",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(always); i++)
        if (bytes_equal(key, bytes_of_string(always[i])))
            return true;
    for (size_t i = 0; i < policy->allowed_count; i++)
        if (bytes_equal(key, policy->allowed[i]))
            return true;
    return false;
}
