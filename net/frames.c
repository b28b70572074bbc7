#include "frames.h"

static bool add_block(struct frames *frames)
{
    struct frame *block;

    if (frames->blocks_count == FRAMES_BLOCKS_MOST)
        return false;
    block = frames->platform->allocate(frames->platform, FRAMES_IN_BLOCK * sizeof(*block));
    if (!block)
        return false;
    frames->blocks[frames->blocks_count++] = block;
    for (size_t i = 0; i < FRAMES_IN_BLOCK; i++) {
        block[i].owner = frames;
        block[i].next = frames->free;
        frames->free = &block[i];
    }
    return true;
}

enum status frames_init(struct frames *frames, struct net_platform *platform)
{
    *frames = (struct frames){ .platform = platform };
    return add_block(frames) ? STATUS_OK : STATUS_OUT_OF_MEMORY;
}

void frames_release(struct frames *frames)
{
    for (size_t i = 0; i < frames->blocks_count; i++)
        frames->platform->release(frames->platform, frames->blocks[i]);
    frames->blocks_count = 0;
    frames->free = NULL;
}

/* The last one given back is the first one taken: its memory is still in the cache. */
struct frame *frames_take(struct frames *frames)
{
    struct frame *frame;

    if (!frames->free && !add_block(frames))
        return NULL;
    frame = frames->free;
    frames->free = frame->next;
    if (++frames->used > frames->most_used)
        frames->most_used = frames->used;
    return frame;
}

void frames_put_back(struct frame *frame)
{
    frame->next = frame->owner->free;
    frame->owner->free = frame;
    frame->owner->used--;
}

static void frames_freed_by_lwip(struct pbuf *pbuf)
{
    frames_put_back((struct frame *)pbuf);
}

struct pbuf *frames_wrap(struct frame *frame, size_t size_bytes)
{
    frame->custom.custom_free_function = frames_freed_by_lwip;
    return pbuf_alloced_custom(PBUF_RAW, (u16_t)size_bytes, PBUF_REF, &frame->custom, frame->bytes,
                               sizeof(frame->bytes));
}
