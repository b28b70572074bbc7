/* What name servers said lately, so that a boot asks once for each name. */
#ifndef NET_RESOLVER_CACHE_H
#define NET_RESOLVER_CACHE_H

#include <lwip/ip_addr.h>

#include "dns-message.h"

/* Addresses of one host: of both families. */
#define HOST_ADDRESSES_MOST (2 * DNS_ADDRESSES_MOST)

struct host_addresses {
    ip_addr_t list[HOST_ADDRESSES_MOST]; /* in the order in which they are to be tried */
    size_t count;
};

/* Names that are remembered; a boot rarely has more servers. */
#define RESOLVER_CACHE_NAMES 8

/* Longest time for which an answer is believed, whatever it says. */
#define RESOLVER_CACHE_MAX_S 600

struct resolver_cache_entry {
    char name[DNS_NAME_MAX_BYTES];
    size_t name_bytes; /* 0: not in use */
    uint64_t until_ms;
    struct host_addresses addresses;
};

struct resolver_cache {
    struct resolver_cache_entry entries[RESOLVER_CACHE_NAMES];
    size_t next; /* the one to be replaced */
};

/* NULL when the name is not there or too old. Case of letters does not matter. */
const struct host_addresses *resolver_cache_find(const struct resolver_cache *cache,
                                                 struct bytes name, uint64_t now_ms);

/* name: DNS_NAME_MAX_BYTES at most; does nothing when lifetime_s is 0. */
void resolver_cache_keep(struct resolver_cache *cache, struct bytes name,
                         const struct host_addresses *addresses, uint32_t lifetime_s,
                         uint64_t now_ms);

#endif
