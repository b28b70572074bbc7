/*
 * Our end of a wire to a peer (peer.h): a platform and a link that count, misbehave, and must
 * not be used after the end.
 */
#ifndef TESTS_UNIT_RIG_H
#define TESTS_UNIT_RIG_H

#include "net/network.h"
#include "peer.h"
#include "support.h"

struct rig {
    struct net_platform platform;
    struct net_platform real;
    struct peer_link link;
    struct peer_link lower;
    struct peer peer;
    struct network *network;
    struct detail detail;
    unsigned int allocations_left; /* then there is no memory */
    int blocks;                    /* allocated and not released */
    unsigned int looks_left;       /* at the console; then somebody wants to stop */
    bool closed;
    const uint32_t *fixed_random; /* every random number is this one; NULL: none is */
    bool device_fails;
    unsigned int lose_one_in; /* frames, both ways; 0: none */
    unsigned int frames;
    unsigned int lose_segment; /* the n-th of TCP's that comes with data, once; 0: none */
    unsigned int segments;     /* of TCP's that came with data */
    unsigned int bursts;       /* of those: each is all that came in one turn */
    bool in_burst;
    unsigned int acknowledgements; /* that we sent: segments that do nothing else */
    struct bytes watched;
    unsigned int watched_frames;        /* that we sent with these bytes in them */
    unsigned int connections;           /* that we have opened */
    uint64_t received_bytes;            /* of TCP, without headers */
    uint8_t late[LINK_FRAME_MAX_BYTES]; /* a frame that the next one overtakes */
    size_t late_size;
    unsigned int delay_turns; /* what we send leaves so much later: a long path */
    unsigned int turns;
    uint64_t spent_ms;             /* of our clock, beside its turns */
    unsigned int send_ms;          /* of it, for each frame that we send */
    unsigned int mute_connection;  /* the n-th that we open gets no data; 0: none */
    unsigned int mute_delay_turns; /* and from there on the path is so long; 0: as before */
    uint16_t mute_port;            /* ours of that one */
};

/* pages: see peer_start. */
void rig_init_with(struct rig *rig, const struct peer_page *pages, enum peer_dhcp dhcp,
                   enum peer_router router);
/* Without a router. */
void rig_init(struct rig *rig, const struct peer_page *pages, enum peer_dhcp dhcp);
void rig_open(struct rig *rig);
enum status rig_configure(struct rig *rig, uint32_t timeout_ms);
/* lease: what an earlier DHCP client got; may be NULL. */
enum status rig_configure_with(struct rig *rig, const struct ip_setting *setting,
                               const struct ip_setting *lease, uint32_t timeout_ms);
void rig_close(struct rig *rig);
void rig_end(struct rig *rig);

/* Everything up to an address. */
void rig_start(struct rig *rig, const struct peer_page *pages);

#endif
