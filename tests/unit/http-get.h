/* One transfer (net/http-transfer.h) from beginning to end, for the tests of exchanges. */
#ifndef TESTS_UNIT_HTTP_GET_H
#define TESTS_UNIT_HTTP_GET_H

#include "net/http.h"
#include "net/network.h"

/*
 * ret_url (may be NULL) gets the URL that answered in the end: a text with a capacity of
 * URL_MAX_BYTES or more. STATUS_ABORTED, errors of network_poll and of http_transfer_step.
 */
enum status http_get(struct network *network, const struct http_request *request,
                     struct text *detail, struct text *ret_url);

#endif
