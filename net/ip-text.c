#include "ip-text.h"

#define IPV6_GROUPS 8

static size_t until(struct bytes text, uint8_t stop)
{
    const uint8_t *found = text.size > 0 ? memchr(text.data, stop, text.size) : NULL;

    return found ? (size_t)(found - text.data) : text.size;
}

static bool read_octet(struct bytes digits, uint8_t *ret_octet)
{
    uint64_t value;

    if (digits.size > 1 && digits.data[0] == '0')
        return false;
    if (!bytes_read_decimal(digits, UINT8_MAX, &value))
        return false;
    *ret_octet = (uint8_t)value;
    return true;
}

static bool read_octets(struct bytes text, uint8_t *octets)
{
    for (size_t i = 0; i < IPV4_BYTES; i++) {
        size_t size = until(text, '.');
        bool last = size == text.size;

        if (!read_octet(bytes_first(text, size), &octets[i]) || last != (i == IPV4_BYTES - 1))
            return false;
        text = bytes_from(text, size + 1);
    }
    return true;
}

bool ip_text_read_ipv4(struct bytes text, struct ip_address *ret_address)
{
    struct ip_address address = { .is_ipv6 = false };

    if (!read_octets(text, address.bytes))
        return false;
    *ret_address = address;
    return true;
}

static bool read_group(struct bytes digits, uint8_t *group)
{
    unsigned int value = 0;

    if (digits.size == 0 || digits.size > 4)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        uint8_t c = byte_to_lower(digits.data[i]);

        if (c >= '0' && c <= '9')
            value = value << 4 | (unsigned int)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (unsigned int)(c - 'a' + 10);
        else
            return false;
    }
    group[0] = (uint8_t)(value >> 8);
    group[1] = (uint8_t)value;
    return true;
}

/*
 * Groups with single colons between them, into at most `room` bytes; the last may be an IPv4
 * address where last says that the whole address ends here. Empty text is no group at all.
 */
static bool read_groups(struct bytes text, bool last, uint8_t *bytes, size_t room, size_t *ret_size)
{
    size_t used = 0;

    *ret_size = 0;
    if (text.size == 0)
        return true;
    for (;;) {
        size_t size = until(text, ':');
        struct bytes part = bytes_first(text, size);
        bool end = size == text.size;
        bool ipv4 = end && last && until(part, '.') < part.size;
        size_t needed = ipv4 ? IPV4_BYTES : 2;

        if (needed > room - used)
            return false;
        if (ipv4 ? !read_octets(part, bytes + used) : !read_group(part, bytes + used))
            return false;
        used += needed;
        if (end)
            break;
        text = bytes_from(text, size + 1);
    }
    *ret_size = used;
    return true;
}

/* The offset of the first "::", or the size when there is none. */
static size_t find_gap(struct bytes text)
{
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.data[i] == ':' && text.data[i + 1] == ':')
            return i;
    return text.size;
}

bool ip_text_read_ipv6(struct bytes text, struct ip_address *ret_address)
{
    struct ip_address address = { .is_ipv6 = true };
    size_t gap = find_gap(text), front, back;
    uint8_t tail[IPV6_BYTES];

    if (gap == text.size) {
        if (!read_groups(text, true, address.bytes, IPV6_BYTES, &front) || front != IPV6_BYTES)
            return false;
    } else {
        /* "::" stands for one group at least. */
        if (!read_groups(bytes_first(text, gap), false, address.bytes, IPV6_BYTES - 2, &front) ||
            !read_groups(bytes_from(text, gap + 2), true, tail, IPV6_BYTES - 2 - front, &back))
            return false;
        memcpy(address.bytes + IPV6_BYTES - back, tail, back);
    }
    *ret_address = address;
    return true;
}

static unsigned int group_of(const struct ip_address *address, size_t index)
{
    return (unsigned int)address->bytes[2 * index] << 8 | address->bytes[2 * index + 1];
}

/* The first of the longest runs of at least two groups that are zero; *ret_size 0: none. */
static size_t longest_zeros(const struct ip_address *address, size_t *ret_size)
{
    size_t best = 0;

    *ret_size = 0;
    for (size_t start = 0; start < IPV6_GROUPS; start++) {
        size_t size = 0;

        while (start + size < IPV6_GROUPS && group_of(address, start + size) == 0)
            size++;
        if (size >= 2 && size > *ret_size) {
            best = start;
            *ret_size = size;
        }
    }
    return best;
}

static void add_ipv6(struct text *text, const struct ip_address *address)
{
    size_t zeros, first = longest_zeros(address, &zeros);

    for (size_t i = 0; i < IPV6_GROUPS; i++) {
        unsigned int group = group_of(address, i);

        if (zeros > 0 && i >= first && i < first + zeros) {
            text_add(text, i == first ? "::" : "");
            continue;
        }
        if (i > 0 && (zeros == 0 || i != first + zeros))
            text_add(text, ":");
        text_add_hex(text, group, group > 0xfff ? 4 : group > 0xff ? 3 : group > 0xf ? 2 : 1);
    }
}

void ip_text_add(struct text *text, const struct ip_address *address)
{
    if (address->is_ipv6) {
        add_ipv6(text, address);
        return;
    }
    for (size_t i = 0; i < IPV4_BYTES; i++) {
        text_add(text, i > 0 ? "." : "");
        text_add_u64(text, address->bytes[i]);
    }
}

bool ip_address_is_unicast(const struct ip_address *address)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    static const uint8_t none[IPV6_BYTES];

    if (!address->is_ipv6)
        return address->bytes[0] > 0 && address->bytes[0] < 224;
    return address->bytes[0] != 0xff && memcmp(address->bytes, mapped, sizeof(mapped)) != 0 &&
           memcmp(address->bytes, none, sizeof(none)) != 0;
}
