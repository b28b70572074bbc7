#include "rollback.h"

#include "../payload/policy.h"
#include "status-code.h"

#define FLOOR_PREFIX     "PivotbootFloor-"
#define FLOOR_BYTES      8
#define FLOOR_ATTRIBUTES (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS)

struct variable_name {
    CHAR16 text[sizeof(FLOOR_PREFIX) + POLICY_NAME_MAX_BYTES];
};

static struct variable_name variable_name(struct bytes name)
{
    struct variable_name variable = { { 0 } };
    struct bytes pieces[] = { BYTES(FLOOR_PREFIX), bytes_first(name, POLICY_NAME_MAX_BYTES) };
    size_t at = 0;

    for (size_t piece = 0; piece < ARRAY_LENGTH(pieces); piece++)
        for (size_t i = 0; i < pieces[piece].size; i++)
            variable.text[at++] = pieces[piece].data[i];
    return variable;
}

static void add_name(struct text *detail, struct bytes name)
{
    text_add(detail, "variable " FLOOR_PREFIX);
    text_add_bytes(detail, name);
    text_add(detail, ": ");
}

static enum status store_failed(struct bytes name, const char *what, EFI_STATUS status,
                                struct text *detail)
{
    add_name(detail, name);
    text_add_efi_status(detail, what, status);
    return STATUS_FLOOR_STORE;
}

static enum status tampered(struct bytes name, uint32_t attributes, size_t size_bytes,
                            struct text *detail)
{
    add_name(detail, name);
    text_add(detail, "expected 8 bytes with the attributes 0x3, found ");
    text_add_u64(detail, size_bytes);
    text_add(detail, " bytes with 0x");
    text_add_hex(detail, attributes, 1);
    return STATUS_FLOOR_TAMPERED;
}

enum status rollback_floor_read(EFI_RUNTIME_SERVICES *services, struct bytes name,
                                struct text *detail, uint64_t *ret_floor)
{
    EFI_GUID guid = ROLLBACK_VENDOR_GUID;
    struct variable_name variable = variable_name(name);
    uint8_t value[FLOOR_BYTES];
    UINTN size_bytes = sizeof(value);
    UINT32 attributes = 0;
    EFI_STATUS status =
        services->GetVariable(variable.text, &guid, &attributes, &size_bytes, value);
    uint64_t floor = 0;

    if (status == EFI_NOT_FOUND) {
        *ret_floor = 0;
        return STATUS_OK;
    }
    if (status != EFI_SUCCESS && status != EFI_BUFFER_TOO_SMALL)
        return store_failed(name, "GetVariable:", status, detail);
    if (status != EFI_SUCCESS || size_bytes != FLOOR_BYTES || attributes != FLOOR_ATTRIBUTES)
        return tampered(name, attributes, size_bytes, detail);
    for (size_t i = FLOOR_BYTES; i > 0; i--)
        floor = floor << 8 | value[i - 1];
    *ret_floor = floor;
    return STATUS_OK;
}

enum status rollback_floor_write(EFI_RUNTIME_SERVICES *services, struct bytes name, uint64_t floor,
                                 struct text *detail)
{
    EFI_GUID guid = ROLLBACK_VENDOR_GUID;
    struct variable_name variable = variable_name(name);
    uint8_t value[FLOOR_BYTES];
    uint64_t found;
    EFI_STATUS status;
    enum status st;

    for (size_t i = 0; i < FLOOR_BYTES; i++)
        value[i] = (uint8_t)(floor >> (8 * i));
    status = services->SetVariable(variable.text, &guid, FLOOR_ATTRIBUTES, sizeof(value), value);
    if (status != EFI_SUCCESS)
        return store_failed(name, "SetVariable:", status, detail);
    /* A floor that is only believed to be there protects nobody. */
    if ((st = rollback_floor_read(services, name, detail, &found)))
        return st;
    if (found == floor)
        return STATUS_OK;
    add_name(detail, name);
    text_add(detail, "wrote ");
    text_add_u64(detail, floor);
    text_add(detail, ", found ");
    text_add_u64(detail, found);
    return STATUS_FLOOR_STORE;
}
