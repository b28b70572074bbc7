/*
 * What the trust section of the running image insists on. With anchors in it, only a signed
 * entry says what boots, and everything that it names is pinned; nothing from outside can
 * switch that off: not LoadOptions, the .conf, DHCP, HTTP, or a variable that the system can
 * write. Without anchors every function but trust_load is content with everything.
 */
#ifndef EFI_TRUST_H
#define EFI_TRUST_H

#include "boot.h"

/*
 * Reads the trust section of the image as the firmware loaded it into boot->trust. Without
 * anchors: says loudly that nothing is verified.
 * STATUS_TRUST_NO_ANCHORS: that, with Secure Boot on.
 * Errors of trust_section_find and trust_read.
 */
enum status trust_load(struct boot *boot);

/*
 * Checks what LoadOptions or the .conf said, before any of it is used.
 * STATUS_TRUST_NO_ENTRY: linux= without entry=.
 * STATUS_TRUST_KEY: a key, or kernel options, that the policy does not allow there.
 * STATUS_TRUST_NO_ANCHORS: signature=, and there are no anchors to check it with.
 */
enum status trust_check_words(struct boot *boot);

/*
 * Fetches the signature of an entry and verifies it over exactly these bytes, which the
 * caller parses afterwards and does not fetch again. entry_url: absolute, as it was asked for.
 * STATUS_TRUST_NO_SIGNATURE, errors of fetch_file and signature_verify.
 */
enum status trust_verify_entry(struct boot *boot, struct bytes entry_url, struct bytes entry);

/*
 * Checks the whole configuration when the entry has been read.
 * STATUS_TRUST_NO_ENTRY: no verified entry.
 * STATUS_TRUST_KERNEL_UNPINNED, STATUS_TRUST_INITRD_UNPINNED: no SHA-256, or no size.
 * STATUS_CONFIG_INCOMPLETE (a key that signed entries need is missing), STATUS_TRUST_NAME,
 * STATUS_ROLLBACK, STATUS_ENTRY_EXPIRED, STATUS_CLOCK_ABSURD, STATUS_CONFIG_CONFLICT (the
 * entry would lock itself out); errors of rollback_floor_read.
 */
enum status trust_check_entry(struct boot *boot);

/*
 * Raises the rollback floor when the entry says so. Everything that boots must have been
 * verified, and the firmware must have accepted the kernel: an entry that can't boot must not
 * lock out the one before it. Errors of rollback_floor_write.
 */
enum status trust_raise_floor(struct boot *boot);

#endif
