/* What the network stack needs of the machine below it; efi/platform.c provides it. */
#ifndef NET_PLATFORM_H
#define NET_PLATFORM_H

#include "../payload/bytes.h"

struct net_platform {
    /* Milliseconds since some moment; never goes back. */
    uint64_t (*now_ms)(struct net_platform *platform);
    uint32_t (*random)(struct net_platform *platform);
    /* At least size bytes aligned to 16, or NULL. */
    void *(*allocate)(struct net_platform *platform, size_t size);
    void (*release)(struct net_platform *platform, void *memory); /* memory may be NULL */
    /* Whether somebody at the console wants to stop (Ctrl-C, Escape). Cheap. */
    bool (*aborted)(struct net_platform *platform);
};

#endif
