#include "platform.h"

#include "arch/cycles.h"

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

/* Pool memory is only aligned to 8; what is needed to free it is kept in front of it. */
#define ALIGNMENT 16

/*
 * From here on, in bytes, memory comes in pages. EDK2 builds that check themselves, such as
 * Debian's OVMF, fill pool memory when it is allocated and twice when it is freed, pages once when
 * they are freed: for an unpacked kernel and in an emulator that is a quarter of a second.
 */
#define PAGES_FROM_BYTES (1024 * 1024)

struct block {
    void *start;
    uint64_t size_bytes;
};

_Static_assert(sizeof(struct block) <= ALIGNMENT, "fits in front");

static UINTN page_count(uint64_t size_bytes)
{
    return (size_bytes + 2 * ALIGNMENT) / PAGE_BYTES + 1;
}

/* NULL: there is none. */
static void *take(EFI_BOOT_SERVICES *services, size_t size)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    void *pool = NULL;

    if (size < PAGES_FROM_BYTES)
        return services->AllocatePool(EfiLoaderData, size + 2 * ALIGNMENT, &pool) == EFI_SUCCESS
                   ? pool
                   : NULL;
    return services->AllocatePages(AllocateAnyPages, EfiLoaderData, page_count(size), &address) ==
                   EFI_SUCCESS
               ? (void *)(uintptr_t)address
               : NULL;
}

static void *allocate(struct net_platform *net, size_t size)
{
    struct platform *platform = (struct platform *)net;
    uintptr_t aligned;
    void *start;

    if (size > SIZE_MAX - 2 * ALIGNMENT)
        return NULL;
    start = take(platform->services, size);
    if (!start)
        return NULL;
    aligned = ((uintptr_t)start + 2 * ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ((struct block *)aligned)[-1] = (struct block){ start, size };
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
    if (block.size_bytes < PAGES_FROM_BYTES)
        platform->services->FreePool(block.start);
    else
        platform->services->FreePages((uintptr_t)block.start, page_count(block.size_bytes));
}

static bool aborted(struct net_platform *net)
{
    return console_aborted(((struct platform *)net)->console);
}

void platform_init(struct platform *platform, EFI_BOOT_SERVICES *services,
                   const struct clock *clock, struct console *console)
{
    EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;
    EFI_RNG_PROTOCOL *rng = NULL;

    *platform = (struct platform){
        .net = { now_ms, random, allocate, release, aborted },
        .services = services,
        .clock = clock,
        .console = console,
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
