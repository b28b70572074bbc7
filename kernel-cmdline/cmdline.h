/*
 * The final kernel command line: pivotboot's own words first, then the user's options
 * verbatim. Quoting is the kernel's (lib/cmdline.c next_arg), where '-' and '_' in
 * a parameter's name are the same.
 */
#ifndef KERNEL_CMDLINE_CMDLINE_H
#define KERNEL_CMDLINE_CMDLINE_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "root-mode.h"

struct cmdline_request {
    enum root_mode root_mode;
    struct bytes rootflags;      /* may be empty */
    const struct bytes *options; /* untrusted pieces, joined by one blank each */
    size_t options_count;
    uint32_t limit_bytes; /* what the kernel can take, without the NUL */
};

/*
 * Writes the command line to ret_line (its capacity must be at least limit_bytes; what it
 * held before is gone, and it is empty after an error).
 *
 * The root mode's word goes before everything the user wrote, and is left out when the user
 * wrote the same bare word before a " -- ". rootflags likewise; of several rootflags= that
 * the user wrote the last counts, because it is the one that the kernel takes. A value with
 * blanks is put into double quotes. Pieces of options are freed of blanks and tabs at both
 * ends, empty ones are left out; inside they are verbatim.
 *
 * STATUS_CMDLINE_CONFLICT  the user's rootflags= is another one (both are shown)
 * STATUS_CMDLINE_CONTROL   a control character other than tab (position and code are shown)
 * STATUS_CMDLINE_ENCODING  not UTF-8 (position and byte are shown)
 * STATUS_CMDLINE_TOO_LONG  longer than limit_bytes (both lengths are shown)
 * STATUS_CONFIG_VALUE_BAD  rootflags has a double quote inside, which can't be written so
 *                          that the kernel reads it back
 */
enum status cmdline_build(const struct cmdline_request *request, struct text *detail,
                          struct text *ret_line);

#endif
