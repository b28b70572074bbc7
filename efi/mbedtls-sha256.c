#include "../payload/mbedtls-sha256.h"

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

int mbedtls_sha256_update_blocks(mbedtls_sha256_context *context, const unsigned char *data,
                                 size_t size)
{
    uint32_t *total = context->MBEDTLS_PRIVATE(total); /* of bytes, the lower half first */
    size_t begun = total[0] % SHA256_BLOCK_BYTES;
    size_t first = begun > 0 ? SHA256_BLOCK_BYTES - begun : 0, whole;
    uint64_t bytes;
    int result;

    choose();
    if (way == WAY_PORTABLE || size < first + SHA256_BLOCK_BYTES)
        return mbedtls_sha256_update(context, data, size);
    result = mbedtls_sha256_update(context, data, first);
    if (result)
        return result;
    whole = (size - first) / SHA256_BLOCK_BYTES;
    sha256_x86_blocks(context->MBEDTLS_PRIVATE(state), data + first, whole);
    bytes = ((uint64_t)total[1] << 32 | total[0]) + whole * SHA256_BLOCK_BYTES;
    total[0] = (uint32_t)bytes;
    total[1] = (uint32_t)(bytes >> 32);
    first += whole * SHA256_BLOCK_BYTES;
    return mbedtls_sha256_update(context, data + first, size - first);
}

const char *mbedtls_sha256_way(void)
{
    choose();
    return way == WAY_X86 ? "the CPU's SHA instructions" : "portable code";
}
