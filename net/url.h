/* URLs as of RFC 3986, of the scheme http. */
#ifndef NET_URL_H
#define NET_URL_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"

/* Longest absolute URL, in bytes. */
#define URL_MAX_BYTES 2048

struct url {
    struct bytes host;   /* a name, an IPv4 address, or an IPv6 address in its brackets */
    uint16_t port;       /* 80 when the URL has none */
    struct bytes target; /* path and query as they go into the request line; "/" at least */
};

/*
 * Takes an absolute http URL apart. text: untrusted; *ret_url points into it (or to static
 * bytes). The scheme is compared without case. User information is refused, a fragment is
 * dropped.
 * STATUS_URL_BAD (also blanks, control characters, port 0 or over 65535),
 * STATUS_URL_SCHEME, STATUS_URL_TOO_LONG. detail quotes the URL and says what is wrong.
 */
enum status url_parse(struct bytes text, struct text *detail, struct url *ret_url);

/*
 * Resolves a reference against a base (RFC 3986 section 5.2, dot segments removed) and
 * writes the absolute URL to ret_url, a text with a capacity of URL_MAX_BYTES or more.
 * base may be empty: then only an absolute reference will do (STATUS_URL_NO_BASE).
 * The result parses with url_parse. Errors as for url_parse.
 */
enum status url_resolve(struct bytes base, struct bytes reference, struct text *detail,
                        struct text *ret_url);

#endif
