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
#include "root-choice.h"

/*
 * Joins the user's options (untrusted pieces): each is freed of blanks and tabs at both ends,
 * empty ones are left out, the others are put together with one blank between two. Only all
 * of them together can be read as the kernel will read them: a quote may begin in one and end
 * in another. ret_options needs a capacity of limit_bytes or more; what it held before is
 * gone, and it is empty after an error.
 *
 * STATUS_CMDLINE_CONTROL   a control character other than tab (position and code are shown)
 * STATUS_CMDLINE_ENCODING  not UTF-8 (position and byte are shown)
 * STATUS_CMDLINE_TOO_LONG  longer than limit_bytes (both lengths are shown)
 */
enum status cmdline_join(const struct bytes *pieces, size_t count, uint32_t limit_bytes,
                         struct text *detail, struct text *ret_options);

/*
 * The value of the rdinit= that the kernel would take from these options (of cmdline_join; the
 * result points into them); empty when there is none.
 */
struct bytes cmdline_user_init(struct bytes options);

struct cmdline_request {
    struct root_choice root; /* of root_choose; all zero adds nothing */
    struct bytes rootflags;  /* untrusted; go where root.rootflags says; may be empty */
    struct bytes rdinit;     /* the first init, when pivotboot brings its own; else empty */
    struct bytes options;    /* of cmdline_join */
    uint32_t limit_bytes;    /* what the kernel can take, without the NUL */
};

/*
 * Writes the command line to ret_line, whose capacity must be at least limit_bytes (what it
 * held before is gone, and it is empty after an error) and whose memory is not the options'.
 *
 * The root mode's word goes before everything the user wrote, and is left out when the user
 * wrote the same bare word before a " -- ". rootflags likewise, under the name that root
 * says; of several that the user wrote the last counts, because it is the one that the kernel
 * takes. A value with blanks is put into double quotes.
 *
 * rdinit= goes in front as well. Where the user wrote one, the kernel would take that one and
 * forget the arguments for init in front of it: so the user's gets the other value in its
 * place, and init will have the arguments that it would have had.
 *
 * initramfs_options=size=1t, more than any machine has, goes in front where root.frees_rootfs says
 * so, unless the user gives initramfs_options=.
 *
 * STATUS_CMDLINE_CONFLICT  the user's rootflags=, or the parameter that they go to, has another
 *                          value (both are shown)
 * STATUS_CMDLINE_CONTROL, STATUS_CMDLINE_ENCODING, STATUS_CMDLINE_TOO_LONG: as above
 * STATUS_CONFIG_VALUE_BAD  rootflags has a double quote inside, which can't be written so
 *                          that the kernel reads it back
 */
enum status cmdline_build(const struct cmdline_request *request, struct text *detail,
                          struct text *ret_line);

#endif
