/* From "there are network devices" to "there is an address". */
#ifndef EFI_NETWORK_UP_H
#define EFI_NETWORK_UP_H

#include "boot.h"

/*
 * Opens boot->snp and boot->network: the device that pivotboot was loaded through, or else
 * each device in turn until one has a link and gets an address.
 * STATUS_NET_NO_DEVICE, STATUS_NET_NO_LINK, and the errors of snp_open, snp_choose, network_open
 * and network_configure; nothing is open then.
 */
enum status network_up(struct boot *boot);

/*
 * Moves frames as the configuration says (transport=): once more when the entry has been read,
 * which has come the way that was right without it. STATUS_NET_TRANSPORT.
 */
enum status network_follow_configuration(struct boot *boot);

/* Stops the stack and all traffic: a kernel is about to run. The device stays ours. */
void network_stop(struct boot *boot);

/* Gives the device back as it was found. */
void network_down(struct boot *boot);

#endif
