/* The TPM 2.0, through the firmware: EFI_TCG2_PROTOCOL. */
#ifndef EFI_TCG2_H
#define EFI_TCG2_H

#include "../payload/measurement.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"
#include "proto/tcg2.h"

/*
 * STATUS_TPM_MISSING: there is none, or the firmware has switched it off. STATUS_TPM_FAILED:
 * it does not answer (detail has the firmware's status).
 */
enum status tcg2_find(EFI_BOOT_SERVICES *services, struct text *detail,
                      struct tcg2_protocol **ret_protocol);

/*
 * Hashes the measurement with every algorithm of the TPM's active banks, extends
 * MEASUREMENT_PCR and writes the event to the firmware's log.
 * STATUS_TPM_FAILED, also when only the log did not take it; detail has the firmware's status.
 */
enum status tcg2_extend(struct tcg2_protocol *protocol, const struct measurement *measurement,
                        struct text *detail);

#endif
