/*
 * Tells the operating system about its loader, as the Boot Loader Interface of systemd says
 * (systemd.io/BOOT_LOADER_INTERFACE): `bootctl` and `systemd-analyze` show it.
 *
 * All of it is volatile: it is gone with the next reset, and pivotboot reads none of it. So
 * nothing that an operating system writes there has an effect on the next boot.
 */
#ifndef EFI_LOADER_INTERFACE_H
#define EFI_LOADER_INTERFACE_H

#include "../payload/bytes.h"
#include "clock.h"
#include "efi.h"

struct loader_facts {
    EFI_SYSTEM_TABLE *system;
    const struct clock *clock;
    struct bytes origin; /* the URL that pivotboot came from; empty: nothing tells */
    struct bytes entry;  /* the URL of the entry; empty: there is none */
};

/*
 * Sets LoaderInfo, LoaderFirmwareInfo, LoaderFirmwareType, LoaderFeatures, LoaderTimeInitUSec
 * (when pivotboot began), LoaderTimeExecUSec (now), LoaderDeviceURL (origin) and
 * LoaderEntrySelected (the entry's file name), the last two where they are known. There is no
 * LoaderDevicePartUUID: no partition of this machine belongs to what boots.
 * False when the firmware refused one of them.
 */
bool loader_interface_publish(const struct loader_facts *facts);

#endif
