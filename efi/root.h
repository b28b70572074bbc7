/* How this machine gets a root that pivot_root can leave: asks the kernel, decides, says so. */
#ifndef EFI_ROOT_H
#define EFI_ROOT_H

#include "boot.h"

/*
 * Joins the user's options into boot->options, asks the kernel image what it can do where that
 * matters, and fills in boot->root. Each outcome is one line of the log.
 * STATUS_OUT_OF_MEMORY, STATUS_ROOT_MODE_MISSING, errors of cmdline_join.
 */
enum status root_decide(struct boot *boot);

/*
 * What the kernel image can do. It is unpacked for this the first time, which is a line of the
 * log; boot->kernel must still be there then. Never NULL.
 */
const struct capabilities *root_ask_kernel(struct boot *boot);

#endif
