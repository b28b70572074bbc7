/*
 * Reads a Boot Loader Specification type #1 entry (UAPI.1, "Type #1 Boot Loader Entry
 * Specification Files") line by line: "key value", separated by blanks; '#' starts a comment
 * line; empty lines are skipped; CRLF is accepted. What the keys mean is not known here.
 */
#ifndef PAYLOAD_ENTRY_H
#define PAYLOAD_ENTRY_H

#include "bytes.h"
#include "status.h"
#include "text.h"

#define ENTRY_MAX_BYTES (64 * 1024)

struct entry_reader {
    struct bytes rest;
    unsigned int line; /* of the pair that was read last, from 1 */
};

struct entry_pair {
    struct bytes key;   /* never empty */
    struct bytes value; /* never empty; blanks at both ends removed, inside verbatim */
};

/*
 * text: untrusted; must outlive the reader and every pair, which point into it.
 * STATUS_ENTRY_TOO_LONG; STATUS_ENTRY_ENCODING: not UTF-8, or a control character other
 * than tab and line ends (detail names the line).
 */
enum status entry_open(struct bytes text, struct text *detail, struct entry_reader *ret_reader);

/*
 * Reads the next pair; *ret_more is false when there is none.
 * STATUS_ENTRY_NO_VALUE: a key without a value (detail names the line and the key).
 */
enum status entry_next(struct entry_reader *reader, struct text *detail, bool *ret_more,
                       struct entry_pair *ret_pair);

#endif
