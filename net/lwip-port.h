/*
 * Some of lwIP's hooks carry no context (the clock, randomness, the heap): this one
 * file remembers, while a network is open, where they lead. Everything else gets its context as a
 * parameter.
 */
#ifndef NET_LWIP_PORT_H
#define NET_LWIP_PORT_H

#include "../payload/bytes.h"
#include "platform.h"

/* Bytes that lwIP's heap needs. */
#define LWIP_PORT_HEAP_BYTES (MEM_SIZE + 1024)

/* heap: LWIP_PORT_HEAP_BYTES, aligned to 16. Both must stay until lwip_port_detach. */
void lwip_port_attach(struct net_platform *platform, void *heap);
void lwip_port_detach(void);

#endif
