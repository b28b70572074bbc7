/* Measured boot: tells the TPM what is about to run, before it runs. */
#ifndef EFI_MEASURE_H
#define EFI_MEASURE_H

#include "boot.h"

/*
 * Extends the measurements of payload/measurement.h into the TPM 2.0, once everything is
 * decided. Without a TPM nothing happens, and what the TPM does not take is a warning in the
 * log, unless the configuration or the policy requires it: then it is STATUS_TPM_MISSING or
 * STATUS_TPM_FAILED. STATUS_OUT_OF_MEMORY in both cases.
 */
enum status measure(struct boot *boot);

#endif
