/*
 * Pages that nobody needs any more. EDK2 builds that check themselves, such as Debian's OVMF, fill
 * pages when they are freed: in an emulator that takes more than a millisecond per MiB, in which
 * the network stands still. So they are kept until the end, when the operating system has them
 * anyway, where they are little of what is free.
 */
#ifndef EFI_UNNEEDED_H
#define EFI_UNNEEDED_H

#include "pages.h"

#define UNNEEDED_MOST 8

struct unneeded {
    struct pages pages[UNNEEDED_MOST];
    size_t count;
    uint64_t bytes; /* of all */
};

/* Takes the pages over: keeps or frees them. Harmless when nothing is allocated. */
void unneeded_add(struct unneeded *unneeded, struct pages *pages);

/* Frees what is kept, unless there are pieces several times as large as what somebody wants in
 * one. */
void unneeded_make_room(struct unneeded *unneeded, uint64_t wanted_bytes);

/* Frees what is kept. */
void unneeded_free(struct unneeded *unneeded);

#endif
