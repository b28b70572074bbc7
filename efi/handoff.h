/* Starts the kernel's EFI stub through LoadImage and StartImage (UEFI 2.10 section 7.4). */
#ifndef EFI_HANDOFF_H
#define EFI_HANDOFF_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "efi.h"

struct handoff {
    EFI_BOOT_SERVICES *services;
    EFI_HANDLE agent;     /* our image */
    struct bytes kernel;  /* checked with kernel_image_read */
    struct bytes cmdline; /* UTF-8, becomes the stub's LoadOptions */
};

/*
 * A prepared kernel. The firmware's Secure Boot decision is LoadImage's, so it is known
 * before anything is given up for the kernel's sake.
 */
struct handoff_image {
    EFI_BOOT_SERVICES *services;
    EFI_HANDLE handle; /* NULL: none */
    CHAR16 *options;   /* pool memory, the kernel's LoadOptions */
};

/*
 * STATUS_HANDOFF_UNTRUSTED (Secure Boot), STATUS_HANDOFF_REFUSED, STATUS_OUT_OF_MEMORY;
 * detail has the firmware's status. handoff->kernel may be freed afterwards.
 */
enum status handoff_load(const struct handoff *handoff, struct text *detail,
                         struct handoff_image *ret_image);

/*
 * Starts it. Returns only when the kernel returned: STATUS_HANDOFF_MEMORY when it says
 * EFI_OUT_OF_RESOURCES, else STATUS_HANDOFF_RETURNED; detail has its status. The image is gone
 * then, and so is what memory_reclaim_code finds of it.
 */
enum status handoff_start(struct handoff_image *image, struct text *detail);

/* Frees an image that was not started. Harmless when there is none. */
void handoff_unload(struct handoff_image *image);

#endif
