#include "resolver-cache.h"

const struct host_addresses *resolver_cache_find(const struct resolver_cache *cache,
                                                 struct bytes name, uint64_t now_ms)
{
    for (size_t i = 0; i < RESOLVER_CACHE_NAMES; i++) {
        const struct resolver_cache_entry *entry = &cache->entries[i];
        struct bytes kept = { (const uint8_t *)entry->name, entry->name_bytes };

        if (entry->name_bytes > 0 && now_ms < entry->until_ms &&
            bytes_equal_without_case(kept, name))
            return &entry->addresses;
    }
    return NULL;
}

void resolver_cache_keep(struct resolver_cache *cache, struct bytes name,
                         const struct host_addresses *addresses, uint32_t lifetime_s,
                         uint64_t now_ms)
{
    struct resolver_cache_entry *entry = &cache->entries[cache->next];

    if (lifetime_s == 0 || name.size > sizeof(entry->name))
        return;
    if (lifetime_s > RESOLVER_CACHE_MAX_S)
        lifetime_s = RESOLVER_CACHE_MAX_S;
    cache->next = (cache->next + 1) % RESOLVER_CACHE_NAMES;
    memcpy(entry->name, name.data, name.size);
    entry->name_bytes = name.size;
    entry->until_ms = now_ms + (uint64_t)lifetime_s * 1000;
    entry->addresses = *addresses;
}
