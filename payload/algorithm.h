/* Names of algorithms for people; what is accepted is decided elsewhere. */
#ifndef PAYLOAD_ALGORITHM_H
#define PAYLOAD_ALGORITHM_H

#include "bytes.h"
#include "text.h"

/* oid: an OBJECT IDENTIFIER's contents, untrusted, may be empty. "1.3.14.3.2.26 (SHA-1)" */
void algorithm_add_name(struct text *text, struct bytes oid);

#endif
