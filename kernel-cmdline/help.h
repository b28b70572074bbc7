/* One line of help for each configuration key, for the console. */
#ifndef KERNEL_CMDLINE_HELP_H
#define KERNEL_CMDLINE_HELP_H

#include "../payload/text.h"

/*
 * Adds the line for key number i (from 0, in the order of keys.def), without a line end;
 * false and nothing added when there is no such key. Lines have at most 160 bytes.
 */
bool help_line(size_t i, struct text *text);

#endif
