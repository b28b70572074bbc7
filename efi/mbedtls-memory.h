/* Gives mbedTLS its memory (payload/mbedtls-memory.h). */
#ifndef EFI_MBEDTLS_MEMORY_H
#define EFI_MBEDTLS_MEMORY_H

#include "../payload/allocator.h"

/* From here on mbedTLS allocates from there; before, it gets nothing. The allocator's context
 * must outlive every use of mbedTLS. */
void mbedtls_memory_use(struct allocator allocator);

#endif
