/* What a file is, told from its first bytes, for the sentence that says what it should be. */
#ifndef PAYLOAD_FILE_KIND_H
#define PAYLOAD_FILE_KIND_H

#include "bytes.h"

/*
 * A phrase such as "a gzip file", with a hint where people commonly mix it up with a kernel.
 * file: untrusted. Static, NUL-terminated; NULL when the first bytes mean nothing known.
 */
const char *file_kind(struct bytes file);

#endif
