/* EFI_LOAD_FILE2_PROTOCOL: UEFI 2.10 section 13.2. */
#ifndef EFI_PROTO_LOAD_FILE2_H
#define EFI_PROTO_LOAD_FILE2_H

#include "../efi.h"

#define EFI_LOAD_FILE2_PROTOCOL_GUID_VALUE                 \
    {                                                      \
        0x4006c0c1, 0xfcb3, 0x403e,                        \
        {                                                  \
            0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d \
        }                                                  \
    }

struct load_file2_protocol;

typedef EFI_STATUS(EFIAPI *load_file2_function)(struct load_file2_protocol *protocol,
                                                EFI_DEVICE_PATH *file_path, BOOLEAN boot_policy,
                                                UINTN *buffer_bytes, VOID *buffer);

struct load_file2_protocol {
    load_file2_function load_file;
};

#endif
