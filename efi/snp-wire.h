/* Frames through one EFI_SIMPLE_NETWORK_PROTOCOL that is initialised (UEFI 2.10 section 24.1). */
#ifndef EFI_SNP_WIRE_H
#define EFI_SNP_WIRE_H

#include "../net/link.h"
#include "../payload/bytes.h"
#include "efi.h"

/*
 * Frames on their way out: the buffers belong to the driver until GetStatus hands them back.
 * iPXE takes 32 unreaped ones, other firmware less: half of that is enough for ACKs.
 */
#define SNP_WIRE_TRANSMITS 16

#define SNP_WIRE_MEMORY_BYTES (SNP_WIRE_TRANSMITS * (size_t)LINK_FRAME_MAX_BYTES)

struct snp_wire {
    EFI_SIMPLE_NETWORK *protocol; /* NULL: there is none */
    uint8_t *memory;              /* of SNP_WIRE_TRANSMITS frames */
    uint32_t busy;                /* which of them are the driver's: a bit each */
    bool foreign;                 /* a completion was taken that somebody else waits for */
};

/* memory: SNP_WIRE_MEMORY_BYTES, must outlive the wire. */
void snp_wire_init(struct snp_wire *wire, EFI_SIMPLE_NETWORK *protocol, uint8_t *memory);

/*
 * Copies the frame and gives it to the driver. A frame that the driver does not take is a lost
 * frame: TCP sends again. frame.size: LINK_FRAME_MAX_BYTES at most.
 */
void snp_wire_send(struct snp_wire *wire, struct bytes frame);

/*
 * Takes one frame (untrusted); *ret_size is 0 when none has come, which is also the moment to
 * take transmitted buffers back. STATUS_NET_DEVICE.
 */
enum status snp_wire_receive(struct snp_wire *wire, struct buffer frame, size_t *ret_size);

/* Waits, a bounded time, until the driver has handed every buffer back. */
void snp_wire_drain(struct snp_wire *wire);

#endif
