#include "frames.h"

void frames_init(struct frames *frames, struct frame *memory)
{
    frames->free = NULL;
    for (size_t i = 0; i < FRAMES_COUNT; i++) {
        memory[i].owner = frames;
        memory[i].next = frames->free;
        frames->free = &memory[i];
    }
}

/* The last one given back is the first one taken: its memory is still in the cache. */
struct frame *frames_take(struct frames *frames)
{
    struct frame *frame = frames->free;

    if (frame)
        frames->free = frame->next;
    return frame;
}

void frames_put_back(struct frame *frame)
{
    frame->next = frame->owner->free;
    frame->owner->free = frame;
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
