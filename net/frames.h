/*
 * Memory for received Ethernet frames: blocks with a free list, so that a frame costs no
 * allocation and no copy on its way into lwIP. lwIP gives a frame back by itself (pbuf_free).
 */
#ifndef NET_FRAMES_H
#define NET_FRAMES_H

#include <lwip/pbuf.h>

#include "../payload/bytes.h"
#include "link.h"
#include "platform.h"

/*
 * Frames stay for long only where one is missing in front of them: a window of them for each
 * connection. About 400 KB a block, so 9.8 MB at most.
 */
#define FRAMES_IN_BLOCK    256
#define FRAMES_BLOCKS_MOST 24

struct frame {
    struct pbuf_custom custom; /* first: lwIP hands out pointers to it */
    struct frames *owner;
    struct frame *next; /* while free */
    uint8_t bytes[LINK_FRAME_MAX_BYTES];
};

struct frames {
    struct net_platform *platform;
    struct frame *blocks[FRAMES_BLOCKS_MOST];
    size_t blocks_count;
    struct frame *free;
    size_t used;
    size_t most_used; /* so far */
};

/* platform must outlive the frames. STATUS_OUT_OF_MEMORY: nothing is to be released. */
enum status frames_init(struct frames *frames, struct net_platform *platform);

/* Frees all of them; lwIP must have none. */
void frames_release(struct frames *frames);

/* NULL when there is no memory for more. Belongs to the caller until one of the two below. */
struct frame *frames_take(struct frames *frames);

/* Gives back a frame that was not used. */
void frames_put_back(struct frame *frame);

/* Wraps the first size_bytes of the frame for lwIP; the frame is lwIP's from now on. */
struct pbuf *frames_wrap(struct frame *frame, size_t size_bytes);

#endif
