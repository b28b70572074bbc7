/* The configuration as it is used, as a text that is always the same for the same: measured. */
#ifndef KERNEL_CMDLINE_CONFIG_TEXT_H
#define KERNEL_CMDLINE_CONFIG_TEXT_H

#include "config.h"

/* The longest text: all of a line and an entry, and what is added to them. */
#define CONFIG_TEXT_MAX_BYTES (256 * 1024)

/*
 * Adds "configuration 1" and a line "key value" for each key that was given, in the order of
 * keys.def, with the value that counts; last the kernel options. Keys that only say where bytes
 * come from and how (URLs, time limits) are left out: the same files from another server are
 * the same boot. No value has a line end, so that no two configurations have the same text.
 * options: all of the user's kernel options (of cmdline_join). ret_text: a capacity of
 * CONFIG_TEXT_MAX_BYTES.
 */
void config_describe(const struct config *config, struct bytes options, struct text *ret_text);

#endif
