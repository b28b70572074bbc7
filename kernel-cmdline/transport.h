/* Which way frames take to the network card: the values of transport=. */
#ifndef KERNEL_CMDLINE_TRANSPORT_H
#define KERNEL_CMDLINE_TRANSPORT_H

#include "../payload/bytes.h"

enum transport {
    TRANSPORT_AUTO,     /* the firmware's driver where there is one, as long as it works */
    TRANSPORT_SNP,      /* the device that pivotboot was loaded through, as it is */
    TRANSPORT_FIRMWARE, /* the firmware's driver, or nothing */
    TRANSPORT_COUNT,    /* how many there are; not a way */
};

/* False when name is none of them. */
bool transport_from_name(struct bytes name, enum transport *ret_transport);

#endif
