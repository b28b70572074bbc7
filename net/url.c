#include "url.h"

#include "ip-text.h"

/* Longest host name and label (RFC 1035, 2.3.4), in bytes. */
#define HOST_MAX_BYTES  253
#define LABEL_MAX_BYTES 63

/* The five components of RFC 3986 section 3, without the fragment, which is never sent. */
struct url_parts {
    bool has_scheme;
    bool has_authority;
    bool has_query;
    struct bytes scheme;
    struct bytes authority;
    struct bytes path;
    struct bytes query;
};

static enum status url_refuse(struct bytes text, const char *why, enum status st,
                              struct text *detail)
{
    text_add_quoted(detail, text);
    text_add(detail, ": ");
    text_add(detail, why);
    return st;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex_digit(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Bytes up to the first one that is in stops; all when there is none. */
static struct bytes bytes_until(struct bytes all, struct bytes stops)
{
    for (size_t i = 0; i < all.size; i++)
        if (memchr(stops.data, all.data[i], stops.size))
            return bytes_first(all, i);
    return all;
}

/* RFC 3986, appendix A; brackets are refused later, where they are not an IPv6 address. */
static const char *url_character_problem(struct bytes text)
{
    static const char punctuation[] = "-._~:/?#[]@!$&'()*+,;=";

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (c <= ' ' || c == 0x7f)
            return "a blank or a control character";
        if (c >= 0x80)
            return "a character that is not ASCII (it has to be written as %HH)";
        if (c == '%' && (text.size - i < 3 || !is_hex_digit(text.data[i + 1]) ||
                         !is_hex_digit(text.data[i + 2])))
            return "a percent sign without two hexadecimal digits";
        if (c != '%' && !is_digit(c) && !is_letter(c) &&
            !memchr(punctuation, c, sizeof(punctuation) - 1))
            return "a character that URLs do not have (it has to be written as %HH)";
    }
    return NULL;
}

static bool url_has_scheme(struct bytes name)
{
    if (name.size == 0 || !is_letter(name.data[0]))
        return false;
    for (size_t i = 1; i < name.size; i++)
        if (!is_letter(name.data[i]) && !is_digit(name.data[i]) && !memchr("+-.", name.data[i], 3))
            return false;
    return true;
}

/* RFC 3986, appendix B. */
static struct url_parts url_split(struct bytes text)
{
    struct url_parts parts = { 0 };
    struct bytes rest = bytes_until(text, BYTES("#"));
    struct bytes name = bytes_until(rest, BYTES(":/?"));

    if (name.size < rest.size && rest.data[name.size] == ':' && url_has_scheme(name)) {
        parts.has_scheme = true;
        parts.scheme = name;
        rest = bytes_from(rest, name.size + 1);
    }
    if (bytes_start_with(rest, BYTES("//"))) {
        parts.has_authority = true;
        rest = bytes_from(rest, 2);
        parts.authority = bytes_until(rest, BYTES("/?"));
        rest = bytes_from(rest, parts.authority.size);
    }
    parts.path = bytes_until(rest, BYTES("?"));
    if (parts.path.size < rest.size) {
        parts.has_query = true;
        parts.query = bytes_from(rest, parts.path.size + 1);
    }
    return parts;
}

static bool url_scheme_is_http(struct bytes scheme)
{
    static const char http[] = "http";

    if (scheme.size != sizeof(http) - 1)
        return false;
    for (size_t i = 0; i < scheme.size; i++)
        if ((scheme.data[i] | 0x20) != http[i])
            return false;
    return true;
}

/* host is not empty and has no dot at its end. */
static const char *host_problem(struct bytes host)
{
    struct bytes rest = host;
    struct bytes label;
    struct ip_address address;
    bool numeric = true;

    for (;;) {
        label = bytes_until(rest, BYTES("."));
        if (label.size == 0)
            return "the host name has an empty part";
        if (label.size > LABEL_MAX_BYTES)
            return "a part of the host name is longer than 63 bytes";
        for (size_t i = 0; i < label.size; i++)
            if (!is_letter(label.data[i]) && !is_digit(label.data[i]) &&
                !memchr("-_", label.data[i], 2))
                return "the host name has a character other than letters, digits, '-', '_', '.'";
        if (label.size == rest.size)
            break;
        rest = bytes_from(rest, label.size + 1);
        if (rest.size == 0)
            return "the host name has an empty part";
    }
    /* What ends in a number is meant as an address; others read 1.2.3 or 0x7f.1 in strange ways. */
    for (size_t i = 0; i < label.size; i++)
        numeric = numeric && is_digit(label.data[i]);
    if (numeric && !ip_text_read_ipv4(host, &address))
        return "this is not an IPv4 address as in 192.0.2.1";
    return NULL;
}

static const char *name_problem(struct bytes host)
{
    if (host.size == 0)
        return "the host is missing";
    if (host.size > 1 && host.data[host.size - 1] == '.')
        host.size--;
    if (host.size > HOST_MAX_BYTES)
        return "the host name is longer than 253 bytes";
    return host_problem(host);
}

/* text: what stands between the brackets. */
static const char *ipv6_problem(struct bytes text)
{
    struct ip_address address;

    if (bytes_until(text, BYTES("%")).size < text.size)
        return "a zone (%25...) behind an IPv6 address is not supported, and not needed: there is "
               "one network device only";
    if (!ip_text_read_ipv6(text, &address))
        return "this is not an IPv6 address as in [2001:db8::1]";
    if (!ip_address_is_unicast(&address))
        return "this IPv6 address is not one of a single machine";
    return NULL;
}

static const char *port_problem(struct bytes port, struct url *url)
{
    uint64_t value = 80;

    if (port.size > 0 && (!bytes_read_decimal(port, UINT16_MAX, &value) || value == 0))
        return "the port is not a number from 1 to 65535";
    url->port = (uint16_t)value;
    return NULL;
}

static const char *authority_problem(struct bytes authority, struct url *url)
{
    struct bytes rest;
    const char *problem;

    if (bytes_until(authority, BYTES("@")).size < authority.size)
        return "a user name or password (user@host) is not supported";
    if (bytes_start_with(authority, BYTES("["))) {
        struct bytes inside = bytes_until(bytes_from(authority, 1), BYTES("]"));

        if (1 + inside.size == authority.size)
            return "there is no ] behind the IPv6 address";
        problem = ipv6_problem(inside);
        rest = bytes_from(authority, 1 + inside.size + 1);
        if (!problem && rest.size > 0 && rest.data[0] != ':')
            problem = "only a port may follow the IPv6 address";
    } else {
        rest = bytes_from(authority, bytes_until(authority, BYTES(":")).size);
        problem = name_problem(bytes_first(authority, authority.size - rest.size));
    }
    if (problem)
        return problem;
    url->host = bytes_first(authority, authority.size - rest.size);
    return port_problem(bytes_from(rest, 1), url);
}

static enum status url_check_text(struct bytes text, struct text *detail)
{
    const char *problem;

    if (text.size > URL_MAX_BYTES)
        return url_refuse(text, "longer than 2048 bytes", STATUS_URL_TOO_LONG, detail);
    problem = url_character_problem(text);
    if (problem)
        return url_refuse(text, problem, STATUS_URL_BAD, detail);
    return STATUS_OK;
}

/* What holds of every reference that names a scheme. */
static enum status url_check_absolute(struct bytes text, const struct url_parts *parts,
                                      struct text *detail)
{
    if (!url_scheme_is_http(parts->scheme)) {
        text_add_quoted(detail, text);
        text_add(detail, ": the scheme ");
        text_add_quoted(detail, parts->scheme);
        text_add(detail, " is not supported, only http");
        return STATUS_URL_SCHEME;
    }
    if (!parts->has_authority)
        return url_refuse(text, "there is no // and host behind the scheme", STATUS_URL_BAD,
                          detail);
    return STATUS_OK;
}

enum status url_parse(struct bytes text, struct text *detail, struct url *ret_url)
{
    enum status st = url_check_text(text, detail);
    struct url_parts parts;
    struct url url;
    const char *problem;

    if (st)
        return st;
    parts = url_split(text);
    if (!parts.has_scheme)
        return url_refuse(text, "not an absolute URL as in http://host/path", STATUS_URL_BAD,
                          detail);
    if ((st = url_check_absolute(text, &parts, detail)))
        return st;
    problem = authority_problem(parts.authority, &url);
    if (problem)
        return url_refuse(text, problem, STATUS_URL_BAD, detail);
    if (parts.path.size == 0 && parts.has_query)
        return url_refuse(text, "there is no / between host and query", STATUS_URL_BAD, detail);
    url.target = BYTES("/");
    if (parts.path.size > 0)
        url.target =
            (struct bytes){ parts.path.data,
                            parts.path.size + (parts.has_query ? 1 + parts.query.size : 0) };
    if (bytes_until(url.target, BYTES("[]")).size < url.target.size)
        return url_refuse(text, "a bracket (it has to be written as %5B or %5D)", STATUS_URL_BAD,
                          detail);
    *ret_url = url;
    return STATUS_OK;
}

/*
 * Section 5.2.4, a segment at a time: path always ends with the slash behind the last
 * segment that was kept, so that ".." only has to go back to the slash before.
 */
static void path_add_segment(struct text *path, size_t path_start, struct bytes segment, bool last)
{
    if (bytes_equal(segment, BYTES(".")))
        return;
    if (bytes_equal(segment, BYTES(".."))) {
        if (path->size > path_start + 1)
            path->size--;
        while (path->data[path->size - 1] != '/')
            path->size--;
        return;
    }
    text_add_bytes(path, segment);
    if (!last)
        text_add(path, "/");
}

/* Every segment of directories is followed by a slash; what is behind the last one is a file. */
static void path_add(struct text *path, size_t path_start, struct bytes segments, bool with_file)
{
    for (;;) {
        struct bytes segment = bytes_until(segments, BYTES("/"));
        bool last = segment.size == segments.size;

        if (!last || with_file)
            path_add_segment(path, path_start, segment, last);
        if (last)
            return;
        segments = bytes_from(segments, segment.size + 1);
    }
}

static struct bytes path_without_slash(struct bytes path)
{
    return bytes_start_with(path, BYTES("/")) ? bytes_from(path, 1) : path;
}

/* Section 5.2.2; base counts only where the reference does not say. */
static void url_transform(const struct url_parts *base, const struct url_parts *reference,
                          struct text *url)
{
    bool own_authority = reference->has_authority;
    bool own_path = own_authority || reference->path.size > 0;
    const struct url_parts *query = own_path || reference->has_query ? reference : base;
    size_t path_start;

    text_add(url, "http://");
    text_add_bytes(url, own_authority ? reference->authority : base->authority);
    path_start = url->size;
    text_add(url, "/");
    if (!own_path || (!own_authority && reference->path.data[0] != '/'))
        path_add(url, path_start, path_without_slash(base->path), !own_path);
    if (own_path)
        path_add(url, path_start, path_without_slash(reference->path), true);
    if (query->has_query) {
        text_add(url, "?");
        text_add_bytes(url, query->query);
    }
}

enum status url_resolve(struct bytes base, struct bytes reference, struct text *detail,
                        struct text *ret_url)
{
    struct url_parts base_parts = { 0 };
    struct url_parts parts;
    /* Before its dot segments are gone the path can have the bytes of both. */
    char memory[2 * URL_MAX_BYTES + sizeof("http:///")];
    struct text url = TEXT(memory);
    struct url parsed;
    enum status st;

    if ((st = url_check_text(reference, detail)))
        return st;
    parts = url_split(reference);
    if (parts.has_scheme) {
        if ((st = url_check_absolute(reference, &parts, detail)))
            return st;
    } else if (base.size == 0) {
        return url_refuse(reference, "not an absolute URL as in http://host/path",
                          STATUS_URL_NO_BASE, detail);
    } else if (bytes_until(parts.path, BYTES(":")).size <
               bytes_until(parts.path, BYTES("/")).size) {
        return url_refuse(reference, "a colon in front of the first slash (./ has to be before it)",
                          STATUS_URL_BAD, detail);
    } else {
        if ((st = url_parse(base, detail, &parsed)))
            return st;
        base_parts = url_split(base);
    }
    url_transform(&base_parts, &parts, &url);
    if (url.size > URL_MAX_BYTES)
        return url_refuse(text_bytes(&url), "longer than 2048 bytes", STATUS_URL_TOO_LONG, detail);
    if ((st = url_parse(text_bytes(&url), detail, &parsed)))
        return st;
    text_clear(ret_url);
    text_add_bytes(ret_url, text_bytes(&url));
    return STATUS_OK;
}
