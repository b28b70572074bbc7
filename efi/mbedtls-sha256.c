#include "mbedtls-sha256.h"

#include "../payload/arch/sha256-x86.h"

/* CPUID takes longer than a block under a hypervisor, and mbedTLS has no place for its answer. */
static enum { WAY_UNKNOWN, WAY_PORTABLE, WAY_X86 } way;

static void choose(void)
{
    if (way == WAY_UNKNOWN)
        way = sha256_x86_is_there() ? WAY_X86 : WAY_PORTABLE;
}

int mbedtls_internal_sha256_process(mbedtls_sha256_context *context, const unsigned char data[64])
{
    choose();
    if (way == WAY_PORTABLE)
        return mbedtls_sha256_portable_process(context, data);
    sha256_x86_blocks(context->MBEDTLS_PRIVATE(state), data, 1);
    return 0;
}

const char *mbedtls_sha256_way(void)
{
    choose();
    return way == WAY_X86 ? "the CPU's SHA instructions" : "portable code";
}
