/*
 * How much a server may send ahead (RFC 9293, section 3.8.6): begins small, since some networks
 * (QEMU's) lose frames when much arrives at once. It grows to twice of what arrives in a round
 * trip while that grows itself, for a sender that is getting up to speed doubles it each time; to
 * half more than that where several do so at once, and fill the path between one measurement and
 * the next; and to a quarter more afterwards: what is sent beyond what the path carries only waits
 * in its queues, until these lose it.
 */
#ifndef NET_WINDOW_H
#define NET_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct window {
    uint32_t bytes;    /* now */
    uint32_t most;     /* bytes */
    uint32_t trip_ms;  /* of the round trip, 1 at least */
    uint32_t since_ms; /* when this measurement began */
    uint32_t received; /* bytes since then */
    uint64_t before;   /* bytes in a round trip, by the last measurement */
};

/*
 * trip_ms: how long the server's answer to the connection took; 0 when it is not known: then a
 * long one is taken. first, most: bytes.
 */
void window_init(struct window *window, uint32_t trip_ms, uint32_t first, uint32_t most,
                 uint32_t now_ms);

/* Bytes that arrived in order; is_one_of_many: other connections receive as well. Returns by how
 * many the window has grown; bytes has it already. */
uint32_t window_received(struct window *window, uint32_t bytes, bool is_one_of_many,
                         uint32_t now_ms);

#endif
