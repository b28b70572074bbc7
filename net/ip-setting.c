#include "ip-setting.h"

enum field {
    CLIENT,
    SERVER,
    GATEWAY,
    NETMASK,
    HOST_NAME,
    DEVICE,
    AUTOCONF,
    DNS0,
    DNS1,
    NTP0,
    FIELDS,
};

static const char *const field_names[FIELDS] = {
    [CLIENT] = "client",       [SERVER] = "server", [GATEWAY] = "gateway",   [NETMASK] = "netmask",
    [HOST_NAME] = "host name", [DEVICE] = "device", [AUTOCONF] = "autoconf", [DNS0] = "dns0",
    [DNS1] = "dns1",           [NTP0] = "ntp0",
};

/* One `ip=` while it is read. */
struct setting_text {
    struct bytes all;
    struct bytes fields[FIELDS];
    struct text *detail;
};

void ip_setting_automatic(struct ip_setting *setting)
{
    *setting = (struct ip_setting){ .dhcp = true, .slaac = true };
}

unsigned int ip_class_prefix_bits(const struct ip_address *ipv4)
{
    if (ipv4->bytes[0] < 128)
        return 8;
    if (ipv4->bytes[0] < 192)
        return 16;
    return ipv4->bytes[0] < 224 ? 24 : 0;
}

bool ip_mask_prefix_bits(const uint8_t mask[IPV4_BYTES], unsigned int *ret_prefix_bits)
{
    uint32_t bits = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 | (uint32_t)mask[2] << 8 |
                    (uint32_t)mask[3];
    unsigned int count = 0;

    for (; bits & UINT32_C(0x80000000); bits <<= 1)
        count++;
    if (bits != 0 || count == 0)
        return false;
    *ret_prefix_bits = count;
    return true;
}

static enum status refuse(struct setting_text *text, const char *why)
{
    text_add_quoted(text->detail, text->all);
    text_add(text->detail, ": ");
    text_add(text->detail, why);
    return STATUS_IP_BAD;
}

static enum status refuse_field(struct setting_text *text, enum field field, const char *why)
{
    text_add_quoted(text->detail, text->all);
    text_add(text->detail, ": ");
    text_add(text->detail, field_names[field]);
    text_add(text->detail, " ");
    text_add_quoted(text->detail, text->fields[field]);
    text_add(text->detail, " ");
    text_add(text->detail, why);
    return STATUS_IP_BAD;
}

/* Colons separate, except within brackets. A lone field is an autoconf word or an address. */
static enum status split(struct setting_text *text)
{
    size_t start = 0, count = 0;
    bool bracket = false;

    for (size_t i = 0; i <= text->all.size; i++) {
        if (i < text->all.size && text->all.data[i] != ':') {
            bracket = text->all.data[i] == '[' || (bracket && text->all.data[i] != ']');
            continue;
        }
        if (bracket && i < text->all.size)
            continue;
        if (count == FIELDS)
            return refuse(text, "there are more than ten fields");
        text->fields[count++] = bytes_first(bytes_from(text->all, start), i - start);
        start = i + 1;
    }
    return STATUS_OK;
}

static bool read_address(struct bytes text, struct ip_address *ret_address)
{
    if (text.size >= 2 && text.data[0] == '[' && text.data[text.size - 1] == ']')
        return ip_text_read_ipv6((struct bytes){ text.data + 1, text.size - 2 }, ret_address);
    return ip_text_read_ipv4(text, ret_address);
}

/* *ret_given is false when the field is empty. */
static enum status take_address(struct setting_text *text, enum field field, bool *ret_given,
                                struct ip_address *ret_address)
{
    *ret_given = text->fields[field].size > 0;
    if (!*ret_given)
        return STATUS_OK;
    if (!read_address(text->fields[field], ret_address))
        return refuse_field(text, field, "is not an address as in 192.0.2.1 or [2001:db8::1]");
    if (!ip_address_is_unicast(ret_address))
        return refuse_field(text, field, "is not the address of a single machine");
    return STATUS_OK;
}

/* One to three digits. */
static bool read_prefix(struct bytes text, unsigned int most, unsigned int *ret_bits)
{
    uint64_t value;

    if (text.size > 3 || !bytes_read_decimal(text, most, &value) || value == 0)
        return false;
    *ret_bits = (unsigned int)value;
    return true;
}

static enum status take_ipv4_prefix(struct setting_text *text, struct ip_fixed *fixed)
{
    struct bytes field = text->fields[NETMASK];
    struct ip_address mask;

    if (field.size == 0) {
        fixed->prefix_bits = ip_class_prefix_bits(&fixed->address);
        return STATUS_OK;
    }
    if (ip_text_read_ipv4(field, &mask) ? ip_mask_prefix_bits(mask.bytes, &fixed->prefix_bits)
                                        : read_prefix(field, 32, &fixed->prefix_bits))
        return STATUS_OK;
    return refuse_field(text, NETMASK, "is not a netmask as in 255.255.255.0 or 24");
}

static enum status take_ipv6_prefix(struct setting_text *text, struct ip_fixed *fixed)
{
    unsigned int bits = 64;

    if (text->fields[NETMASK].size > 0 &&
        (!read_prefix(text->fields[NETMASK], 128, &bits) || bits != 64))
        return refuse_field(text, NETMASK, "is not supported: IPv6 prefixes have 64 bits");
    fixed->prefix_bits = bits;
    return STATUS_OK;
}

static bool is_word(struct bytes word, const char *const *words)
{
    for (; *words; words++)
        if (bytes_equal(word, bytes_of_string(*words)))
            return true;
    return false;
}

static enum status take_fixed(struct setting_text *text, struct ip_setting *setting,
                              const struct ip_address *address)
{
    static const char *const fixed_words[] = { "", "none", "off", "on", "any", NULL };
    struct ip_fixed *fixed = address->is_ipv6 ? &setting->ipv6 : &setting->ipv4;
    enum status st;

    if (fixed->given)
        return refuse(text, "there is an address of this family already");
    if (!is_word(text->fields[AUTOCONF], fixed_words))
        return refuse_field(text, AUTOCONF, "contradicts the client's address");
    *fixed = (struct ip_fixed){ .address = *address };
    if ((st = address->is_ipv6 ? take_ipv6_prefix(text, fixed) : take_ipv4_prefix(text, fixed)))
        return st;
    if ((st = take_address(text, GATEWAY, &fixed->has_gateway, &fixed->gateway)))
        return st;
    if (fixed->has_gateway && fixed->gateway.is_ipv6 != address->is_ipv6)
        return refuse_field(text, GATEWAY, "is not of the client's family");
    fixed->given = true;
    return STATUS_OK;
}

static enum status take_autoconf(struct setting_text *text, struct ip_setting *setting)
{
    static const char *const all[] = { "", "on", "any", NULL };
    static const char *const dhcp[] = { "dhcp", NULL };
    static const char *const slaac[] = { "auto6", NULL };
    static const char *const none[] = { "none", "off", NULL };
    struct bytes word = text->fields[AUTOCONF];

    if (text->fields[GATEWAY].size > 0 || text->fields[NETMASK].size > 0)
        return refuse(text, "a gateway or netmask needs the client's address");
    if (is_word(word, none))
        return refuse(text, "no address is given, and none may be asked for");
    if (!is_word(word, all) && !is_word(word, dhcp) && !is_word(word, slaac))
        return refuse_field(text, AUTOCONF,
                            "is not supported: expected dhcp, auto6, on, any, none or off");
    setting->dhcp |= is_word(word, all) || is_word(word, dhcp);
    setting->slaac |= is_word(word, all) || is_word(word, slaac);
    return STATUS_OK;
}

static enum status take_name_servers(struct setting_text *text, struct ip_setting *setting)
{
    enum status st;

    for (enum field field = DNS0; field <= DNS1; field++) {
        struct ip_address address;
        bool given;

        if ((st = take_address(text, field, &given, &address)))
            return st;
        if (!given)
            continue;
        if (setting->name_server_count == IP_NAME_SERVERS_MOST)
            return refuse(text, "there are more than three name servers");
        setting->name_servers[setting->name_server_count++] = address;
    }
    return STATUS_OK;
}

enum status ip_setting_add(struct ip_setting *setting, struct bytes all, struct text *detail)
{
    struct setting_text text = { .all = all, .detail = detail };
    struct ip_address client, unused;
    bool given, other;
    enum status st;

    if ((st = split(&text)))
        return st;
    /* The kernel as well takes a word that stands alone for autoconf. */
    if (text.fields[CLIENT].size == all.size && !read_address(all, &client)) {
        text.fields[AUTOCONF] = all;
        text.fields[CLIENT].size = 0;
    }
    if ((st = take_address(&text, CLIENT, &given, &client)) ||
        (st = take_address(&text, SERVER, &other, &unused)) ||
        (st = take_address(&text, NTP0, &other, &unused)))
        return st;
    st = given ? take_fixed(&text, setting, &client) : take_autoconf(&text, setting);
    return st ? st : take_name_servers(&text, setting);
}
