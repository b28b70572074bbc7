#include "tcg2.h"

#include "status-code.h"

/* The firmware's struct tcg2_event, with room for the longest of ours. */
struct event {
    struct tcg2_event head;
    uint8_t data[MEASUREMENT_EVENT_MAX_BYTES];
} __attribute__((packed));

enum status tcg2_find(EFI_BOOT_SERVICES *services, struct text *detail,
                      struct tcg2_protocol **ret_protocol)
{
    EFI_GUID guid = EFI_TCG2_PROTOCOL_GUID_VALUE;
    struct tcg2_capability capability = { .size_bytes = sizeof(capability) };
    struct tcg2_protocol *protocol = NULL;
    EFI_STATUS status;

    if (services->LocateProtocol(&guid, NULL, (void **)&protocol) != EFI_SUCCESS) {
        text_add(detail, "the firmware has no EFI_TCG2_PROTOCOL");
        return STATUS_TPM_MISSING;
    }
    status = protocol->get_capability(protocol, &capability);
    if (status != EFI_SUCCESS) {
        text_add_efi_status(detail, "GetCapability:", status);
        return STATUS_TPM_FAILED;
    }
    if (!capability.tpm_present) {
        text_add(detail, "the firmware knows of none");
        return STATUS_TPM_MISSING;
    }
    *ret_protocol = protocol;
    return STATUS_OK;
}

enum status tcg2_extend(struct tcg2_protocol *protocol, const struct measurement *measurement,
                        struct text *detail)
{
    struct event event;
    struct bytes data = measurement_event(measurement, event.data);
    EFI_STATUS status;

    event.head = (struct tcg2_event){
        .size_bytes = (UINT32)(sizeof(event.head) + data.size),
        /* The size does not count itself. */
        .header_bytes = sizeof(event.head) - sizeof(event.head.size_bytes),
        .header_version = TCG2_EVENT_HEADER_VERSION,
        .pcr = MEASUREMENT_PCR,
        .type = MEASUREMENT_EV_EVENT_TAG,
    };
    status = protocol->hash_log_extend_event(protocol, 0, (uintptr_t)measurement->bytes.data,
                                             measurement->bytes.size, &event.head);
    if (status == EFI_SUCCESS)
        return STATUS_OK;
    text_add_efi_status(detail, "HashLogExtendEvent:", status);
    if (status == EFI_VOLUME_FULL)
        text_add(detail, " (the event log is full)");
    return STATUS_TPM_FAILED;
}
