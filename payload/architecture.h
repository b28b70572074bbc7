/* The machine architectures that pivotboot runs on. */
#ifndef PAYLOAD_ARCHITECTURE_H
#define PAYLOAD_ARCHITECTURE_H

#include "bytes.h"

enum architecture {
    ARCHITECTURE_X64,
    ARCHITECTURE_AA64,
};

/* The Boot Loader Specification's name: "x64", "aa64". NUL-terminated, static. */
const char *architecture_name(enum architecture architecture);

/* False when name is none of these; letters compare without case. */
bool architecture_from_name(struct bytes name, enum architecture *ret_architecture);

#endif
