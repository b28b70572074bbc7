/* A sink that fills memory of a fixed size: where a file of known size goes. */
#ifndef PAYLOAD_BUFFER_SINK_H
#define PAYLOAD_BUFFER_SINK_H

#include "bytes.h"
#include "sink.h"

/*
 * begin, write: STATUS_BLOB_TOO_LARGE when more is promised or arrives than fits. What is
 * behind used_bytes is untouched.
 */
struct buffer_sink {
    struct sink sink;
    struct buffer buffer;
    size_t used_bytes; /* so far */
};

/* The buffer's memory must outlive the sink. */
void buffer_sink_init(struct buffer_sink *sink, struct buffer buffer);

#endif
