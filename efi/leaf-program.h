/* The leaf init's executable (payload/leaf/), which pivotboot carries within itself. */
#ifndef EFI_LEAF_PROGRAM_H
#define EFI_LEAF_PROGRAM_H

#include "../payload/bytes.h"

struct bytes leaf_program(void);

#endif
