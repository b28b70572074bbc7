/* A fetch whose body is looked at: it must be "hello\n" and the peer's filler (peer.h). */
#ifndef TESTS_UNIT_HTTP_BODY_H
#define TESTS_UNIT_HTTP_BODY_H

#include "payload/sink.h"
#include "rig.h"

struct http_body {
    struct sink sink;
    uint64_t promised, bytes;
    unsigned int finishes;
    bool right;
    enum status write_fails;
};

/*
 * idle: a second, total: a minute. body: may be in use since an earlier fetch; what it counts
 * begins anew but for finishes. ret_url: may be NULL, as in http_get.
 */
enum status rig_get(struct rig *rig, const char *url, struct http_body *body,
                    struct detail *ret_url);

/* The same with other deadlines. */
enum status rig_get_within(struct rig *rig, const char *url, struct http_body *body,
                           uint32_t idle_ms, uint32_t total_ms);

#endif
