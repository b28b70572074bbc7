#include <stdint.h>
#include <string.h>

/*
 * Word-wise loops: under emulation they are several times faster than `rep movsb`, and on
 * hardware they are near it for packets; large copies are rare (see net/network.c).
 */
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

#define WORDS_A_TURN 8

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    while (size >= WORDS_A_TURN * sizeof(word)) {
        for (size_t i = 0; i < WORDS_A_TURN; i++)
            ((word *)d)[i] = ((const word *)s)[i];
        d += WORDS_A_TURN * sizeof(word);
        s += WORDS_A_TURN * sizeof(word);
        size -= WORDS_A_TURN * sizeof(word);
    }
    for (; size >= sizeof(word); size -= sizeof(word)) {
        *(word *)d = *(const word *)s;
        d += sizeof(word);
        s += sizeof(word);
    }
    while (size-- > 0)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *d = to;
    const unsigned char *s = from;

    if ((uintptr_t)d - (uintptr_t)s >= size)
        return memcpy(to, from, size);
    while (size >= sizeof(word)) {
        size -= sizeof(word);
        *(word *)(d + size) = *(const word *)(s + size);
    }
    while (size-- > 0)
        d[size] = s[size];
    return to;
}

void *memset(void *to, int value, size_t size)
{
    unsigned char *d = to;
    word pattern = (unsigned char)value * UINT64_C(0x0101010101010101);

    for (; size >= sizeof(word); size -= sizeof(word)) {
        *(word *)d = pattern;
        d += sizeof(word);
    }
    while (size-- > 0)
        *d++ = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (; size > 0; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *from, int value, size_t size)
{
    const unsigned char *s = from;

    for (; size > 0; size--, s++)
        if (*s == (unsigned char)value)
            return (void *)(uintptr_t)s;
    return NULL;
}

size_t strlen(const char *string)
{
    size_t length = 0;

    while (string[length] != '\0')
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (; size > 0; size--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (*a == '\0')
            return 0;
    }
    return 0;
}

char *strchr(const char *string, int value)
{
    for (;; string++) {
        if (*string == (char)value)
            return (char *)(uintptr_t)string;
        if (*string == '\0')
            return NULL;
    }
}
