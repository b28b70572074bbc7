/* Where the configuration comes from: LoadOptions, the .conf beside pivotboot, the entry. */
#ifndef EFI_CONFIGURE_H
#define EFI_CONFIGURE_H

#include "boot.h"
#include "fetch.h"

/*
 * Reads LoadOptions into boot->config and finds the URL that pivotboot itself came from.
 * STATUS_OUT_OF_MEMORY, errors of load_options_line, config_add_line and trust_check_words.
 */
enum status configure_from_line(struct boot *boot);

/*
 * When LoadOptions said nothing: fetches pivotboot's own URL with .conf in place of .efi.
 * It holds words as the iPXE line does, or an entry. STATUS_CONFIG_MISSING when there is no
 * such URL; errors of fetch_file, config_add_line, trust_check_words, trust_verify_entry and
 * config_add_entry.
 */
enum status configure_from_conf(struct boot *boot);

/*
 * Fetches the entry if there is one, and checks that the configuration is complete.
 * Errors of config_check_line, fetch_file, trust_verify_entry, config_add_entry, config_check.
 */
enum status configure_from_entry(struct boot *boot);

/*
 * Makes a URL of the configuration absolute: relative to the entry, or to where pivotboot
 * came from. ret_url: a capacity of URL_MAX_BYTES or more. Errors of url_resolve.
 */
enum status configure_resolve(struct boot *boot, struct bytes reference, struct text *ret_url);

/* How files are fetched with the timeouts as configured so far. */
struct fetch configure_fetch(const struct boot *boot);

#endif
