#include "buffer-sink.h"

static struct buffer_sink *buffer_sink_of(struct sink *sink)
{
    /* The sink is the first member, so both have the same address. */
    return (struct buffer_sink *)(void *)sink;
}

static enum status begin(struct sink *base, uint64_t size_bytes)
{
    struct buffer_sink *sink = buffer_sink_of(base);

    sink->used_bytes = 0;
    if (size_bytes != SINK_SIZE_UNKNOWN && size_bytes > sink->buffer.size)
        return STATUS_BLOB_TOO_LARGE;
    return STATUS_OK;
}

static enum status write(struct sink *base, struct bytes bytes)
{
    struct buffer_sink *sink = buffer_sink_of(base);

    if (bytes.size > sink->buffer.size - sink->used_bytes)
        return STATUS_BLOB_TOO_LARGE;
    /* What has been put where it belongs is not copied. */
    if (bytes.size > 0 && bytes.data != sink->buffer.data + sink->used_bytes)
        memcpy(sink->buffer.data + sink->used_bytes, bytes.data, bytes.size);
    sink->used_bytes += bytes.size;
    return STATUS_OK;
}

static enum status finish(struct sink *base)
{
    (void)base;
    return STATUS_OK;
}

void buffer_sink_init(struct buffer_sink *sink, struct buffer buffer)
{
    *sink = (struct buffer_sink){ .sink = { begin, write, finish }, .buffer = buffer };
}
