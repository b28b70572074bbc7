/*
 * A sink takes a stream of bytes: a digest, memory pages, a progress bar. Sinks form a chain:
 * each hands on to the next what it was given. Whoever makes a chain owns all of it.
 *
 * A source calls begin, then write any number of times, then finish once everything has
 * arrived. A source that starts again (another mirror) calls begin again, which forgets all
 * that came before. After an error nothing but begin may be called.
 */
#ifndef PAYLOAD_SINK_H
#define PAYLOAD_SINK_H

#include "bytes.h"
#include "status.h"
#include "text.h"

#define SINK_SIZE_UNKNOWN UINT64_MAX

struct sink {
    /* size_bytes: what the source promises, or SINK_SIZE_UNKNOWN; untrusted. */
    enum status (*begin)(struct sink *sink, uint64_t size_bytes);
    /* The bytes are the caller's and valid during the call only; untrusted. */
    enum status (*write)(struct sink *sink, struct bytes bytes);
    enum status (*finish)(struct sink *sink);
};

#endif
