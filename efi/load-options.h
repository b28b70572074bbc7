/*
 * The configuration line that started pivotboot: LoadOptions (UEFI 2.10 section 9.1), UTF-16,
 * untrusted. iPXE and the UEFI shell put the image's name in front of it, `qemu -kernel` and
 * the firmware's boot entries do not.
 */
#ifndef EFI_LOAD_OPTIONS_H
#define EFI_LOAD_OPTIONS_H

#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"

/*
 * Appends the line as UTF-8 to ret_line, without the image's name where its first word is
 * that name and only there. What ends the line is its first NUL or LoadOptionsSize.
 * STATUS_CONFIG_TOO_LONG, STATUS_CONFIG_ENCODING.
 */
enum status load_options_line(const EFI_LOADED_IMAGE *loaded, struct text *detail,
                              struct text *ret_line);

#endif
