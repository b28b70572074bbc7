/*
 * A struct link on EFI_SIMPLE_NETWORK_PROTOCOL (UEFI 2.10 section 24.1), taken exclusively
 * and given back as it was found.
 *
 * Where the device is iPXE's and drives the card through the firmware's own SNP underneath,
 * frames can take either way (transport=): through iPXE's, or straight through the firmware's
 * with iPXE's device held open above it, which costs half as much for each frame.
 */
#ifndef EFI_SNP_H
#define EFI_SNP_H

#include "../kernel-cmdline/transport.h"
#include "../net/link.h"
#include "../net/stall.h"
#include "../payload/text.h"
#include "clock.h"
#include "console.h"
#include "efi.h"
#include "snp-wire.h"

/* The receive filters of a device. */
struct snp_filters {
    uint32_t setting;
    uint32_t groups_count;
    EFI_MAC_ADDRESS groups[MAX_MCAST_FILTER_CNT];
};

struct snp {
    struct link link;
    EFI_BOOT_SERVICES *services;
    struct console *console;
    EFI_HANDLE agent;
    EFI_HANDLE handle;
    EFI_EVENT exit_event;             /* the backstop at ExitBootServices */
    struct snp_filters found_filters; /* what has to be restored */
    struct snp_filters lower_filters;
    uint32_t found_state;
    bool had_drivers; /* drivers of the firmware's were disconnected */
    bool running;     /* started and initialised, frames may arrive */

    struct snp_wire upper; /* the device itself; no protocol while nothing is open */
    struct snp_wire lower; /* the firmware's underneath, if there is one */
    struct snp_wire *wire; /* the one of the two that frames take */
    uint8_t *memory;       /* of both */
    bool loaders;          /* the device belongs to the program that loaded pivotboot */
    bool may_change;       /* from one wire to the other, when frames stop coming */
    struct stall stall;
};

/* What snp_open opens. */
struct snp_device {
    EFI_BOOT_SERVICES *services;
    struct console *console;
    EFI_HANDLE agent;  /* our image */
    EFI_HANDLE parent; /* the image that loaded ours; may be NULL */
    EFI_HANDLE handle; /* of the network device */
};

/*
 * Opens the device's SNP EXCLUSIVE, which disconnects the firmware's own stack above it,
 * starts and initialises it, and sets the receive filters. Frames take its own way until
 * snp_choose.
 * STATUS_NET_DEVICE: detail says which step failed and how; STATUS_OUT_OF_MEMORY.
 * After a failure everything is as it was.
 */
enum status snp_open(struct snp *snp, const struct snp_device *device, struct text *detail);

/*
 * Decides which way frames take from now on, and says so and why in one line on the console.
 * TRANSPORT_AUTO: the firmware's driver where there is one; when frames stop coming, the other
 * way, and back again if that is silent for twice as long.
 * STATUS_NET_TRANSPORT: TRANSPORT_FIRMWARE, and the card has no driver of the firmware's.
 */
enum status snp_choose(struct snp *snp, enum transport transport, struct text *detail);

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
