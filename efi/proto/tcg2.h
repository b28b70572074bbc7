/* EFI_TCG2_PROTOCOL: TCG EFI Protocol Specification for TPM 2.0, revision 1.0. */
#ifndef EFI_PROTO_TCG2_H
#define EFI_PROTO_TCG2_H

#include "../efi.h"

#define EFI_TCG2_PROTOCOL_GUID_VALUE                       \
    {                                                      \
        0x607f766c, 0x7455, 0x42be,                        \
        {                                                  \
            0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f \
        }                                                  \
    }

#define TCG2_EVENT_HEADER_VERSION 1

struct tcg2_version {
    UINT8 major;
    UINT8 minor;
};

struct tcg2_capability {
    UINT8 size_bytes; /* of this struct: the caller's, then the firmware's */
    struct tcg2_version structure_version;
    struct tcg2_version protocol_version;
    UINT32 hash_algorithms;
    UINT32 event_log_formats;
    BOOLEAN tpm_present;
    UINT16 command_max_bytes;
    UINT16 response_max_bytes;
    UINT32 manufacturer;
    UINT32 banks_most;
    UINT32 active_banks; /* a bit for each hash algorithm */
};

/* The event's data follow. */
struct tcg2_event {
    UINT32 size_bytes; /* of the whole event */
    UINT32 header_bytes;
    UINT16 header_version;
    UINT32 pcr;
    UINT32 type;
} __attribute__((packed));

struct tcg2_protocol;

struct tcg2_protocol {
    EFI_STATUS(EFIAPI *get_capability)
    (struct tcg2_protocol *protocol, struct tcg2_capability *capability);
    EFI_STATUS(EFIAPI *get_event_log)
    (struct tcg2_protocol *protocol, UINT32 format, EFI_PHYSICAL_ADDRESS *first,
     EFI_PHYSICAL_ADDRESS *last, BOOLEAN *truncated);
    EFI_STATUS(EFIAPI *hash_log_extend_event)
    (struct tcg2_protocol *protocol, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 data_bytes,
     struct tcg2_event *event);
    EFI_STATUS(EFIAPI *submit_command)
    (struct tcg2_protocol *protocol, UINT32 command_bytes, UINT8 *command, UINT32 response_bytes,
     UINT8 *response);
    EFI_STATUS(EFIAPI *get_active_banks)(struct tcg2_protocol *protocol, UINT32 *banks);
    EFI_STATUS(EFIAPI *set_active_banks)(struct tcg2_protocol *protocol, UINT32 banks);
    EFI_STATUS(EFIAPI *get_result_of_set_active_banks)
    (struct tcg2_protocol *protocol, UINT32 *present, UINT32 *response);
};

#endif
