/*
 * Device paths (UEFI 2.10 chapter 10) as the firmware and iPXE give them: their lengths are
 * checked, since a broken one must not make us read for ever.
 */
#ifndef EFI_DEVICE_PATH_H
#define EFI_DEVICE_PATH_H

#include "../payload/bytes.h"
#include "efi.h"

/* Longest device path that is looked at, in bytes. */
#define DEVICE_PATH_MAX_BYTES 8192

/* The path of a handle, or NULL when it has none. It stays the firmware's. */
EFI_DEVICE_PATH *device_path_of(EFI_BOOT_SERVICES *services, EFI_HANDLE handle);

/* Length in bytes of all nodes in front of the end node; 0 for NULL or a broken path. */
size_t device_path_length(const EFI_DEVICE_PATH *path);

/* Whether the nodes of start (not empty) are the first nodes of path. */
bool device_path_starts_with(const EFI_DEVICE_PATH *path, const EFI_DEVICE_PATH *start);

/* Whether a node of that type and subtype is in the path. */
bool device_path_has(const EFI_DEVICE_PATH *path, uint8_t type, uint8_t subtype);

/* The text of the last URI node (UEFI 10.3.4.24), not NUL-terminated; empty when there is
 * none. Points into the path; untrusted. */
struct bytes device_path_uri(const EFI_DEVICE_PATH *path);

/* The last file path node's name (UEFI 10.3.5.4) in units, without its NUL; NULL if none. */
const CHAR16 *device_path_file(const EFI_DEVICE_PATH *path, size_t *ret_units);

#endif
