/*
 * A length never travels without its pointer: struct bytes is a view of memory that
 * somebody else owns, struct buffer is memory that may be written.
 * Neither is NUL-terminated; both may be empty, and then data may be NULL.
 */
#ifndef PAYLOAD_BYTES_H
#define PAYLOAD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct buffer {
    uint8_t *data;
    size_t size;
};

/* The bytes of a string literal, without its NUL. */
#define BYTES(literal) ((struct bytes){ (const uint8_t *)("" literal), sizeof(literal) - 1 })

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The bytes of a NUL-terminated string, without its NUL. text must not be NULL. */
static inline struct bytes bytes_of_string(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Of an ASCII letter its small form, of everything else itself. */
static inline uint8_t byte_to_lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* ASCII letters compare without case. */
static inline bool bytes_equal_without_case(struct bytes a, struct bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (byte_to_lower(a.data[i]) != byte_to_lower(b.data[i]))
            return false;
    return true;
}

/* The part from offset on; empty when offset is beyond the end. */
static inline struct bytes bytes_from(struct bytes all, size_t offset)
{
    if (offset >= all.size)
        return (struct bytes){ NULL, 0 };
    return (struct bytes){ all.data + offset, all.size - offset };
}

/* At most the first size bytes. */
static inline struct bytes bytes_first(struct bytes all, size_t size)
{
    return (struct bytes){ all.data, size < all.size ? size : all.size };
}

static inline bool bytes_start_with(struct bytes all, struct bytes start)
{
    return all.size >= start.size && bytes_equal(bytes_first(all, start.size), start);
}

/* A decimal number up to most: one digit or more, and nothing else. False, and *ret_number as it
 * was, for everything else. */
static inline bool bytes_read_decimal(struct bytes text, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t digit = (uint8_t)(text.data[i] - '0');

        if (digit > 9 || digit > most || number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

#endif
