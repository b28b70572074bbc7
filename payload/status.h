/*
 * Status codes: zero is OK, every other code names one cause and has one sentence
 * (status.def). What exactly was expected and found goes into a struct text that the
 * failing function's caller provides (text.h).
 */
#ifndef PAYLOAD_STATUS_H
#define PAYLOAD_STATUS_H

/* The attribute makes the compiler refuse a call whose status nobody looks at. */
enum __attribute__((warn_unused_result)) status {
    STATUS_OK = 0,
#define STATUS(name, number, sentence) STATUS_##name = (number),
#include "status.def"
#undef STATUS
};

/* The sentence for a code: static, NUL-terminated, never NULL. */
const char *status_sentence(enum status st);

#endif
