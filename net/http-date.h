/* Dates as HTTP writes them: RFC 9110 section 5.6.7. Pure. */
#ifndef NET_HTTP_DATE_H
#define NET_HTTP_DATE_H

#include "../payload/bytes.h"

/*
 * Reads "Sun, 06 Nov 1994 08:49:37 GMT", which is what servers send (the two obsolete forms
 * are not read): seconds since 1970. text: untrusted. False when it is anything else, or not a
 * moment of the Gregorian calendar from 1970 on.
 */
bool http_date_read(struct bytes text, uint64_t *ret_seconds);

#endif
