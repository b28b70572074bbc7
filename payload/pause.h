/* What long work calls now and then, so that what cannot wait, such as a network, has its turn. */
#ifndef PAYLOAD_PAUSE_H
#define PAYLOAD_PAUSE_H

#include "bytes.h"

/* So much work in between, in bytes of the result: some milliseconds in an emulator. */
#define PAUSE_BYTES (128 * 1024)

struct pause {
    void (*call)(void *context); /* must not touch what the work is on; NULL: nothing waits */
    void *context;
};

static inline void pause_call(const struct pause *pause)
{
    if (pause->call)
        pause->call(pause->context);
}

#endif
