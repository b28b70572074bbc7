/*
 * The rollback floor: entries below it do not boot any more. There is one for each entry's
 * name, in a UEFI variable "PivotbootFloor-NAME" of ROLLBACK_VENDOR_GUID, 8 bytes,
 * little-endian, with the attributes NON_VOLATILE | BOOTSERVICE_ACCESS and no others (UEFI
 * 2.10 section 8.2): after ExitBootServices it can be neither read nor written, and a variable
 * that the system makes under this name in its place has RUNTIME_ACCESS, which gives it away.
 */
#ifndef EFI_ROLLBACK_H
#define EFI_ROLLBACK_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"

/* c82d61bb-e53d-4a2c-ad9c-82d23534c378: all variables of pivotboot. */
#define ROLLBACK_VENDOR_GUID                               \
    {                                                      \
        0xc82d61bb, 0xe53d, 0x4a2c,                        \
        {                                                  \
            0xad, 0x9c, 0x82, 0xd2, 0x35, 0x34, 0xc3, 0x78 \
        }                                                  \
    }

/*
 * Reads the floor of a name (policy_is_name). 0 when there is no variable: nothing has raised
 * the floor yet, or the store was lost.
 * STATUS_FLOOR_TAMPERED: the variable has other attributes or another size.
 * STATUS_FLOOR_STORE:    the firmware can't read it.
 */
enum status rollback_floor_read(EFI_RUNTIME_SERVICES *services, struct bytes name,
                                struct text *detail, uint64_t *ret_floor);

/*
 * Writes the floor, and reads it back. The same errors; STATUS_FLOOR_STORE also when the
 * store is full. Never call it with a floor below the one that is there.
 */
enum status rollback_floor_write(EFI_RUNTIME_SERVICES *services, struct bytes name, uint64_t floor,
                                 struct text *detail);

#endif
