/*
 * Reads a kernel command line as the kernel does (lib/cmdline.c next_arg, kernel/params.c
 * parse_args): only then is it certain which words it will see.
 */
#ifndef KERNEL_CMDLINE_PARAMETERS_H
#define KERNEL_CMDLINE_PARAMETERS_H

#include "../payload/bytes.h"

struct parameter {
    struct bytes name;
    bool has_value;
    struct bytes value; /* without quotes around it; empty when there is none */
};

/*
 * Takes the next parameter off *rest (untrusted); the result points into it. False at the
 * end, and at the word -- that ends the kernel's parameters.
 */
bool parameter_next(struct bytes *rest, struct parameter *ret_parameter);

/* Whether names are the same for the kernel: '-' and '_' are. */
bool parameter_name_equal(struct bytes a, struct bytes b);

/* What separates parameters for the kernel. */
bool parameter_is_blank(uint8_t byte);

#endif
