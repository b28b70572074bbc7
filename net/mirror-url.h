/* Where a mirror has a file. Pure. */
#ifndef NET_MIRROR_URL_H
#define NET_MIRROR_URL_H

#include "../payload/bytes.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "url.h"

/*
 * A mirror is a copy of the folder that base lies in: where the entry came from that names the
 * mirror, or where pivotboot itself did. base may be empty: then it is a copy of the root. What
 * follows that folder in the file's URL is looked for below the mirror's URL: with the base
 * http://boot/site/worker.conf, http://boot/site/images/k    is at    http://mirror/copy/images/k
 * of the mirror http://mirror/copy (with or without a slash behind it; a relative URL counts from
 * the base). A file elsewhere is looked for with all of its path. url: absolute. All of them are
 * untrusted. ret_url: a capacity of URL_MAX_BYTES or more. Errors of url_parse and url_resolve.
 */
enum status mirror_url(struct bytes base, struct bytes url, struct bytes mirror,
                       struct text *detail, struct text *ret_url);

#endif
