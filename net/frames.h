/*
 * Memory for received Ethernet frames: one block with a free list, so that a frame costs no
 * allocation and no copy on its way into lwIP. lwIP gives a frame back by itself (pbuf_free).
 */
#ifndef NET_FRAMES_H
#define NET_FRAMES_H

#include <lwip/pbuf.h>

#include "../payload/bytes.h"
#include "link.h"

/*
 * Enough for the out-of-order queue (TCP_OOSEQ_MAX_PBUFS, the only place where frames stay
 * for long) and for a batch that is being handled. About 2.4 MB.
 */
#define FRAMES_COUNT 1500

struct frame {
    struct pbuf_custom custom; /* first: lwIP hands out pointers to it */
    struct frames *owner;
    struct frame *next; /* while free */
    uint8_t bytes[LINK_FRAME_MAX_BYTES];
};

struct frames {
    struct frame *free;
};

/* memory: FRAMES_COUNT frames; must outlive the frames. */
void frames_init(struct frames *frames, struct frame *memory);

/* NULL when lwIP holds every frame. Belongs to the caller until one of the two below. */
struct frame *frames_take(struct frames *frames);

/* Gives back a frame that was not used. */
void frames_put_back(struct frame *frame);

/* Wraps the first size_bytes of the frame for lwIP; the frame is lwIP's from now on. */
struct pbuf *frames_wrap(struct frame *frame, size_t size_bytes);

#endif
