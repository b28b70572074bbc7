#include "sha256-x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

#define USES_SHA __attribute__((target("sha,ssse3")))

/* FIPS 180-4, section 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

bool sha256_x86_is_there(void)
{
    unsigned int a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/*
 * Moves of halves in place of shuffles: nothing to a CPU, but QEMU's translator calls a function
 * for each shuffle. (As instructions, since the intrinsics would use floating point.) For the
 * same reason words are read below two at a time, in the order that the registers want.
 */
USES_SHA static inline __m128i join(uint64_t high, uint64_t low)
{
    __m128i joined = _mm_cvtsi64_si128((long long)low);

    __asm__("movlhps %1, %0" : "+x"(joined) : "x"(_mm_cvtsi64_si128((long long)high)));
    return joined;
}

USES_SHA static inline __m128i high_half(__m128i x)
{
    __m128i half = x;

    __asm__("movhlps %1, %0" : "+x"(half) : "x"(x));
    return half;
}

static uint64_t get_pair(const uint32_t words[2])
{
    return (uint64_t)words[0] << 32 | words[1];
}

USES_SHA static inline void put_pair(uint32_t words[2], __m128i low_half)
{
    uint64_t pair = (uint64_t)_mm_cvtsi128_si64(low_half);

    words[0] = (uint32_t)(pair >> 32);
    words[1] = (uint32_t)pair;
}

/* Two big-endian words, the first one in the lower half. */
static uint64_t get_message(const uint8_t data[8])
{
    uint64_t pair;

    memcpy(&pair, data, sizeof(pair));
    pair = __builtin_bswap64(pair);
    return pair << 32 | pair >> 32;
}

/*
 * The instructions keep the eight words in two registers, in the order ABEF and CDGH (each
 * from the highest lane to the lowest) and do two rounds each; w holds the last 16 words of
 * the message schedule, four a register.
 */
USES_SHA void sha256_x86_blocks(uint32_t state[8], const uint8_t *data, size_t count)
{
    __m128i abef = join(get_pair(state), get_pair(state + 4));
    __m128i cdgh = join(get_pair(state + 2), get_pair(state + 6));

    for (; count > 0; count--, data += SHA256_BLOCK_BYTES) {
        const __m128i old_abef = abef, old_cdgh = cdgh;
        __m128i w[4];

#pragma clang loop unroll(full)
        for (unsigned int i = 0; i < 16; i++) {
            __m128i sum;

            if (i < 4) {
                w[i] = join(get_message(data + i * 16 + 8), get_message(data + i * 16));
            } else {
                /* w[i % 4] still is what was 16 words ago. */
                __m128i next = _mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]);

                next = _mm_add_epi32(next, _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4));
                w[i % 4] = _mm_sha256msg2_epu32(next, w[(i + 3) % 4]);
            }
            sum = _mm_load_si128((const __m128i *)(const void *)(constants + i * 4));
            sum = _mm_add_epi32(sum, w[i % 4]);
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, high_half(sum));
        }
        abef = _mm_add_epi32(abef, old_abef);
        cdgh = _mm_add_epi32(cdgh, old_cdgh);
    }

    put_pair(state, high_half(abef));
    put_pair(state + 2, high_half(cdgh));
    put_pair(state + 4, abef);
    put_pair(state + 6, cdgh);
}

#else

bool sha256_x86_is_there(void)
{
    return false;
}

void sha256_x86_blocks(uint32_t state[8], const uint8_t *data, size_t count)
{
    (void)state;
    (void)data;
    (void)count;
}

#endif
