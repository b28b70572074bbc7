/* What lwIP needs to know of the compiler: the same for the firmware and for host tests. */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

/* The firmware build has none of these headers; lwIP has replacements. */
#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_CTYPE_H    1

/* Only debug messages use these, and they are compiled out. */
#define X8_F  "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "u"

#define LWIP_PLATFORM_DIAG(x) \
    do {                      \
    } while (0)

/*
 * lwIP's assertions state what its own code guarantees; packets are checked by ordinary
 * conditions (and LWIP_ERROR, which stays). Stopping the machine for a broken guarantee would
 * turn a lost packet into a dead boot, so they are left out, except where a build says what
 * to do: the host tests define LWIP_PLATFORM_ASSERT and trap.
 */
#ifndef LWIP_PLATFORM_ASSERT
#define LWIP_PLATFORM_ASSERT(message)
#define LWIP_NOASSERT
#endif

/* Not predictable where the machine has a source of randomness: see net/lwip-port.c. */
#include <stdint.h>
uint32_t lwip_port_random(void);
#define LWIP_RAND() lwip_port_random()

#endif
