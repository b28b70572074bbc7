/*
 * The .sbat section (shim's SBAT.md): which generation of pivotboot this is, so that firmware
 * or shim can refuse all generations with a known hole at once. The second field of our line
 * grows by one with each fix that has to lock older builds out.
 */
#include "../payload/bytes.h"

#define SBAT_FORMAT "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
#define SBAT_OURS   "pivotboot,1,pivotboot,pivotboot," PIVOTBOOT_VERSION "," PIVOTBOOT_URL "\n"

/* No NUL at its end: the section holds the text and nothing else. */
static const char sbat[sizeof(SBAT_FORMAT SBAT_OURS) - 1] __attribute__((section(".sbat"), used)) =
    SBAT_FORMAT SBAT_OURS;
