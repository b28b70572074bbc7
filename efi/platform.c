#include "platform.h"

#include "arch/cycles.h"
#include "pages.h"

static uint64_t now_ms(struct net_platform *net)
{
    return clock_ms(((struct platform *)net)->clock);
}

/* splitmix64; the counter stirs in what an observer of earlier output does not know. */
static uint32_t random(struct net_platform *net)
{
    struct platform *platform = (struct platform *)net;
    uint64_t mixed;

    platform->random_state += 0x9E3779B97F4A7C15U ^ (cycles_now() << 20);
    mixed = platform->random_state;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
    return (uint32_t)((mixed ^ mixed >> 31) >> 32);
}

#define ALIGNMENT 16

/*
 * From here on, in bytes, memory comes in pages. EDK2 builds that check themselves, such as
 * Debian's OVMF, fill pool memory when it is allocated and twice when it is freed, pages once when
 * they are freed: for an unpacked kernel and in an emulator that is a quarter of a second.
 */
#define PAGES_FROM_BYTES (1024 * 1024)

/* In front of what is given: what it takes to free it. */
struct block {
    struct pages pages; /* or, without data: */
    void *pool;
    uint64_t size_bytes; /* as asked for */
};

/* Pool memory is only aligned to 8. */
#define FRONT_BYTES (sizeof(struct block) + ALIGNMENT)

/* Where it begins; NULL: there is none. */
static void *take(EFI_BOOT_SERVICES *services, struct block *block)
{
    uint64_t size_bytes = block->size_bytes + FRONT_BYTES;

    if (block->size_bytes >= PAGES_FROM_BYTES)
        return pages_allocate(&block->pages, services, size_bytes) ? NULL : block->pages.data;
    if (services->AllocatePool(EfiLoaderData, size_bytes, &block->pool) != EFI_SUCCESS)
        return NULL;
    return block->pool;
}

static void *allocate(struct net_platform *net, size_t size)
{
    struct platform *platform = (struct platform *)net;
    struct block block = { .size_bytes = size };
    uintptr_t aligned;
    void *start;

    if (size > SIZE_MAX - FRONT_BYTES)
        return NULL;
    start = take(platform->services, &block);
    if (!start)
        return NULL;
    aligned = ((uintptr_t)start + FRONT_BYTES) / ALIGNMENT * ALIGNMENT;
    ((struct block *)aligned)[-1] = block;
    platform->used_bytes += size;
    if (platform->used_bytes > platform->most_bytes)
        platform->most_bytes = platform->used_bytes;
    return (void *)aligned;
}

static void release(struct net_platform *net, void *memory)
{
    struct platform *platform = (struct platform *)net;
    struct block block;

    if (!memory)
        return;
    block = ((struct block *)memory)[-1];
    platform->used_bytes -= block.size_bytes;
    if (block.pages.data)
        unneeded_add(platform->unneeded, &block.pages);
    else
        platform->services->FreePool(block.pool);
}

static bool aborted(struct net_platform *net)
{
    return console_aborted(((struct platform *)net)->console);
}

void platform_init(struct platform *platform, EFI_BOOT_SERVICES *services,
                   const struct clock *clock, struct console *console, struct unneeded *unneeded)
{
    EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;
    EFI_RNG_PROTOCOL *rng = NULL;

    *platform = (struct platform){
        .net = { now_ms, random, allocate, release, aborted },
        .services = services,
        .clock = clock,
        .console = console,
        .unneeded = unneeded,
    };
    if (services->LocateProtocol(&rng_guid, NULL, (void **)&rng) != EFI_SUCCESS ||
        rng->GetRNG(rng, NULL, sizeof(platform->random_state), (UINT8 *)&platform->random_state) !=
            EFI_SUCCESS)
        platform->random_state = 0;
    platform->random_state ^= cycles_now();
}

static void *allocate_for_payload(void *context, size_t size_bytes)
{
    return allocate(&((struct platform *)context)->net, size_bytes);
}

static void release_for_payload(void *context, void *memory)
{
    release(&((struct platform *)context)->net, memory);
}

struct allocator platform_allocator(struct platform *platform)
{
    return (struct allocator){ allocate_for_payload, release_for_payload, platform };
}
