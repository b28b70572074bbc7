/*
 * A struct link on EFI_SIMPLE_NETWORK_PROTOCOL (UEFI 2.10 section 24.1), taken exclusively
 * and given back as it was found.
 */
#ifndef EFI_SNP_H
#define EFI_SNP_H

#include "../net/link.h"
#include "../payload/text.h"
#include "clock.h"
#include "efi.h"

/*
 * Frames on their way out: the buffers belong to the firmware until GetStatus hands them
 * back. iPXE takes 32 unreaped ones, other firmware less: half of that is enough for ACKs.
 */
#define SNP_TRANSMITS 16

struct snp {
    struct link link;
    EFI_BOOT_SERVICES *services;
    EFI_HANDLE agent;
    EFI_HANDLE handle;
    EFI_SIMPLE_NETWORK *protocol; /* NULL while nothing is open */
    EFI_EVENT exit_event;         /* the backstop at ExitBootServices */
    uint32_t found_filters;       /* what has to be restored */
    uint32_t found_state;
    bool had_drivers; /* drivers of the firmware's were disconnected */
    bool running;     /* started and initialised, frames may arrive */
    uint8_t (*transmits)[LINK_FRAME_MAX_BYTES];
    bool transmit_busy[SNP_TRANSMITS];
};

/*
 * Opens handle's SNP EXCLUSIVE for agent (our image), which disconnects the firmware's own
 * stack above it, starts and initialises it, and sets the receive filters.
 * STATUS_NET_DEVICE: detail says which step failed and how; STATUS_OUT_OF_MEMORY.
 * After a failure everything is as it was.
 */
enum status snp_open(struct snp *snp, EFI_BOOT_SERVICES *services, EFI_HANDLE agent,
                     EFI_HANDLE handle, struct text *detail);

/* False when the device can tell that there is no link. */
bool snp_has_link(struct snp *snp);

/*
 * Stops all traffic for good, since a kernel is about to own the memory: no frame is written
 * anywhere after it returns. May be called twice, and without an open device.
 */
void snp_stop(struct snp *snp);

/* Gives the device back as it was found. Harmless when nothing is open. */
void snp_close(struct snp *snp);

#endif
