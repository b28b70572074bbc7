/* efi/unneeded.h, on a firmware that says how much is free. */
#include "efi/unneeded.h"
#include "support.h"

#define MIB (1024 * 1024)

static struct {
    uint64_t free_bytes; /* in one piece */
    unsigned int allocated, freed;
} firmware;

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
                                        UINTN *descriptor_bytes, UINT32 *version)
{
    bool fits = map && *size >= sizeof(*map);

    *size = *descriptor_bytes = sizeof(*map);
    *key = 0;
    *version = EFI_MEMORY_DESCRIPTOR_VERSION;
    if (!fits)
        return EFI_BUFFER_TOO_SMALL;
    *map = (EFI_MEMORY_DESCRIPTOR){
        .Type = EfiConventionalMemory,
        .NumberOfPages = firmware.free_bytes / PAGE_BYTES,
    };
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, VOID **ret_memory)
{
    (void)type;
    *ret_memory = malloc(size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(VOID *memory)
{
    free(memory);
    return EFI_SUCCESS;
}

/* Nobody looks into pages here: their addresses are numbers. */
static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
                                        EFI_PHYSICAL_ADDRESS *ret_address)
{
    (void)how;
    (void)type;
    firmware.free_bytes -= count * PAGE_BYTES;
    *ret_address = ++firmware.allocated * (uint64_t)PAGE_BYTES;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS address, UINTN count)
{
    assert_in_range(address, PAGE_BYTES, firmware.allocated * (uint64_t)PAGE_BYTES);
    firmware.free_bytes += count * PAGE_BYTES;
    firmware.freed++;
    return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES services = {
    .GetMemoryMap = get_memory_map,
    .AllocatePool = allocate_pool,
    .FreePool = free_pool,
    .AllocatePages = allocate_pages,
    .FreePages = free_pages,
};

static int set_up(void **state)
{
    (void)state;
    memset(&firmware, 0, sizeof(firmware));
    firmware.free_bytes = 1000 * (uint64_t)MIB;
    return 0;
}

static void add(struct unneeded *unneeded, uint64_t bytes)
{
    struct pages pages = { 0 };

    assert_int_equal(pages_allocate(&pages, &services, bytes), STATUS_OK);
    unneeded_add(unneeded, &pages);
    assert_null(pages.data);
}

static void keeps_little_of_what_is_free(void **state)
{
    struct unneeded unneeded = { 0 };

    (void)state;
    add(&unneeded, 50 * MIB);
    add(&unneeded, 60 * MIB);
    assert_int_equal(firmware.freed, 0);
    assert_int_equal(unneeded.bytes, 110 * MIB);
    add(&unneeded, 10 * MIB); /* 120 of 880 */
    assert_int_equal(firmware.freed, 1);
    assert_int_equal(unneeded.bytes, 110 * MIB);
    unneeded_free(&unneeded);
    unneeded_free(&unneeded);
    assert_int_equal(firmware.freed, 3);
    assert_int_equal(firmware.free_bytes, 1000 * MIB);
}

static void keeps_so_many(void **state)
{
    struct unneeded unneeded = { 0 };

    (void)state;
    for (int i = 0; i < UNNEEDED_MOST + 2; i++)
        add(&unneeded, MIB);
    assert_int_equal(firmware.freed, 2);
    unneeded_free(&unneeded);
    assert_int_equal(firmware.freed, UNNEEDED_MOST + 2);
}

static void makes_room_where_it_is_short(void **state)
{
    struct unneeded unneeded = { 0 };

    (void)state;
    unneeded_make_room(&unneeded, UINT64_MAX);
    add(&unneeded, 100 * MIB);
    unneeded_make_room(&unneeded, 225 * MIB);
    assert_int_equal(firmware.freed, 0);
    unneeded_make_room(&unneeded, 225 * MIB + 1);
    assert_int_equal(firmware.freed, 1);
    assert_int_equal(unneeded.bytes, 0);
}

static void takes_nothing(void **state)
{
    struct unneeded unneeded = { 0 };
    struct pages pages = { 0 };

    (void)state;
    unneeded_add(&unneeded, &pages);
    assert_int_equal(unneeded.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_little_of_what_is_free, set_up),
        cmocka_unit_test_setup(keeps_so_many, set_up),
        cmocka_unit_test_setup(makes_room_where_it_is_short, set_up),
        cmocka_unit_test_setup(takes_nothing, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
