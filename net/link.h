/* An Ethernet link: what the network stack needs of a device. efi/snp.c makes one from SNP. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "../payload/bytes.h"
#include "../payload/status.h"

#define LINK_MAC_BYTES 6

/* Longest frame, in bytes: Ethernet header, VLAN tag, 1500 bytes. */
#define LINK_FRAME_MAX_BYTES (14 + 4 + 1500)

struct link {
    uint8_t mac[LINK_MAC_BYTES];
    uint16_t mtu_bytes; /* of IP packets, 576 to 1500 */
    /* Sends one whole Ethernet frame; the bytes are copied or sent before it returns. */
    enum status (*send)(struct link *link, struct bytes frame);
    /*
     * Takes one frame that has arrived (untrusted); *ret_size is 0 when none has.
     * Never waits. frame.size is at least LINK_FRAME_MAX_BYTES.
     */
    enum status (*receive)(struct link *link, struct buffer frame, size_t *ret_size);
};

#endif
