#include "memory.h"

#include "output.h"

#define PAGE_BYTES         4096
#define REGIONS_MAX        512
#define MAP_BYTES          65536
#define WATCH_MS           3000
#define SPARE_PAGES        512          /* the firmware's own drivers still need some memory */
#define SUMS_MAX           (256 * 1024) /* pages of boot services memory: 1 GiB */
#define STACK_MARGIN_PAGES 32

struct region {
    UINT64 *start;
    UINTN words;
};

static struct region regions[REGIONS_MAX];
static UINTN region_count;
static UINT8 map[MAP_BYTES] __attribute__((aligned(8)));
static UINTN map_size, map_key, descriptor_size;

/* Every word differs, so that copied memory is noticed as well. */
static UINT64 pattern(const UINT64 *word)
{
    return (UINT64)(UINTN)word * 0x9e3779b97f4a7c15ULL;
}

void memory_hoard(EFI_BOOT_SERVICES *bs)
{
    EFI_PHYSICAL_ADDRESS spare = 0;
    BOOLEAN kept =
        !EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiBootServicesData, SPARE_PAGES, &spare));

    for (UINTN pages = 1 << 18; pages >= 16 && region_count < REGIONS_MAX;) {
        EFI_PHYSICAL_ADDRESS at = 0;

        if (EFI_ERROR(bs->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &at))) {
            pages /= 2;
            continue;
        }
        regions[region_count].start = (UINT64 *)(UINTN)at;
        regions[region_count++].words = pages * PAGE_BYTES / sizeof(UINT64);
    }
    if (kept)
        bs->FreePages(spare, SPARE_PAGES);
}

void memory_give_back(EFI_BOOT_SERVICES *bs)
{
    while (region_count > 0) {
        const struct region *region = &regions[--region_count];

        bs->FreePages((UINTN)region->start, region->words * sizeof(UINT64) / PAGE_BYTES);
    }
}

static void fill(void)
{
    UINTN words = 0;

    for (UINTN i = 0; i < region_count; words += regions[i++].words)
        for (UINTN j = 0; j < regions[i].words; j++)
            regions[i].start[j] = pattern(&regions[i].start[j]);
    say("memory filled: %u MiB in %u regions", (UINT64)words * 8 >> 20, (UINT64)region_count);
}

static void verify(const char *when)
{
    for (UINTN i = 0; i < region_count; i++) {
        for (UINTN j = 0; j < regions[i].words; j++) {
            UINT64 *word = &regions[i].start[j];

            if (*(volatile UINT64 *)word == pattern(word))
                continue;
            say("memory changed at %x %s: %b", (UINT64)(UINTN)word, when, (UINTN)64,
                (const UINT8 *)word);
            return;
        }
    }
    say("memory intact %s", when);
}

/* Boot services memory holds the page tables and the stack that this very code uses: it is
 * summed up instead of filled. */
static UINT32 sums[SUMS_MAX];

static UINT32 page_sum(UINT64 page)
{
    const volatile UINT64 *word = (const volatile UINT64 *)(UINTN)page;
    UINT64 sum = 0;

    for (UINTN i = 0; i < PAGE_BYTES / sizeof(UINT64); i++)
        sum = (sum << 1 | sum >> 63) ^ word[i];
    return (UINT32)(sum ^ sum >> 32);
}

static BOOLEAN is_stack(UINT64 page)
{
    UINT64 here = (UINT64)(UINTN)__builtin_frame_address(0);
    UINT64 margin = STACK_MARGIN_PAGES * PAGE_BYTES;

    return page + margin > here && page < here + margin;
}

/* Stores the sums, or compares with those stored; returns the number of pages. */
static UINTN firmware_memory(BOOLEAN compare, UINT64 *ret_changed)
{
    UINTN count = 0;

    for (UINTN at = 0; at + descriptor_size <= map_size; at += descriptor_size) {
        const EFI_MEMORY_DESCRIPTOR *region = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

        if (region->Type != EfiBootServicesData && region->Type != EfiBootServicesCode)
            continue;
        for (UINT64 i = 0; i < region->NumberOfPages && count < SUMS_MAX; i++) {
            UINT64 page = region->PhysicalStart + i * PAGE_BYTES;

            /* Page 0 stays out: firmware may trap accesses through NULL. */
            if (page == 0 || is_stack(page))
                continue;
            if (compare && sums[count] != page_sum(page) && *ret_changed == 0)
                *ret_changed = page;
            if (!compare)
                sums[count] = page_sum(page);
            count++;
        }
    }
    return count;
}

static UINT64 ticks(void)
{
    UINT32 low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (UINT64)high << 32 | low;
}

static BOOLEAN leave_boot_services(EFI_HANDLE image, EFI_BOOT_SERVICES *bs)
{
    UINT32 version;

    /* The first attempt may fail with a stale key: the event handlers can change the map. */
    for (UINTN attempt = 0; attempt < 2; attempt++) {
        map_size = sizeof(map);
        if (EFI_ERROR(bs->GetMemoryMap(&map_size, (EFI_MEMORY_DESCRIPTOR *)map, &map_key,
                                       &descriptor_size, &version)))
            return FALSE;
        if (!EFI_ERROR(bs->ExitBootServices(image, map_key)))
            return TRUE;
    }
    return FALSE;
}

static void EFIAPI write_into_region(EFI_EVENT event, void *context)
{
    (void)event;
    *(UINT64 *)context = 0;
}

static void start_flaw(EFI_BOOT_SERVICES *bs)
{
    EFI_EVENT event;

    if (region_count > 0 &&
        !EFI_ERROR(bs->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, write_into_region,
                                   regions[0].start, &event)))
        bs->SetTimer(event, TimerRelative, 10 * 1000 * 1000 /* 100 ns units: a second */);
}

void memory_watch(EFI_HANDLE image, EFI_BOOT_SERVICES *bs, BOOLEAN flaw)
{
    UINT64 changed = 0, start, ticks_per_ms;
    UINTN pages;

    memory_hoard(bs);
    fill();
    if (flaw)
        start_flaw(bs);
    say("watching memory");
    bs->Stall(WATCH_MS * 1000);
    verify("before ExitBootServices");

    start = ticks();
    bs->Stall(100 * 1000);
    ticks_per_ms = (ticks() - start) / 100;

    if (!leave_boot_services(image, bs)) {
        say("ExitBootServices failed");
        return;
    }
    __asm__ volatile("cli");
    output_exit_boot_services();
    /* Twice: the first round sets the accessed bits in the page tables, which lie there. */
    firmware_memory(FALSE, &changed);
    pages = firmware_memory(FALSE, &changed);
    say("watching %u pages of boot services memory", (UINT64)pages);
    start = ticks();
    while (ticks() - start < WATCH_MS * ticks_per_ms)
        __builtin_ia32_pause();
    firmware_memory(TRUE, &changed);
    if (changed != 0)
        say("memory changed at %x after ExitBootServices: %b", changed, (UINTN)64,
            (const UINT8 *)(UINTN)changed);
    verify("after ExitBootServices");
}
