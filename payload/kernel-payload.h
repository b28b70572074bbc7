/* Where the compressed kernel lies within its image. */
#ifndef PAYLOAD_KERNEL_PAYLOAD_H
#define PAYLOAD_KERNEL_PAYLOAD_H

#include "bytes.h"

enum kernel_payload_kind {
    KERNEL_PAYLOAD_NONE,    /* no kernel image of a kind that is known */
    KERNEL_PAYLOAD_OUTSIDE, /* the headers point to beyond the end of the image */
    KERNEL_PAYLOAD_PLAIN,   /* the image itself is the kernel (arm64 Image) */
    KERNEL_PAYLOAD_PACKED,  /* compressed */
};

struct kernel_payload {
    enum kernel_payload_kind kind;
    struct bytes bytes; /* PLAIN: the image; PACKED: the compressed file; points into the image */
    uint32_t unpacked_bytes; /* PACKED: what the image says, untrusted */
};

/* image: untrusted, may be empty; nothing outside of it is read. */
struct kernel_payload kernel_payload_find(struct bytes image);

#endif
