#include "cpio.h"

#define MAGIC_BYTES  6
#define DIGITS       8 /* of each number */
#define NUMBERS      13
#define DIGIT_BASE   16
#define DIGIT_LETTER 10

/* The numbers in the order of the format, as offsets into struct cpio_member. */
static const uint8_t FIELDS[NUMBERS] = {
    offsetof(struct cpio_member, inode),        offsetof(struct cpio_member, mode),
    offsetof(struct cpio_member, user),         offsetof(struct cpio_member, group),
    offsetof(struct cpio_member, links),        offsetof(struct cpio_member, mtime_s),
    offsetof(struct cpio_member, size_bytes),   offsetof(struct cpio_member, device_major),
    offsetof(struct cpio_member, device_minor), offsetof(struct cpio_member, node_major),
    offsetof(struct cpio_member, node_minor),   offsetof(struct cpio_member, name_bytes),
    offsetof(struct cpio_member, sum),
};

_Static_assert(MAGIC_BYTES + NUMBERS * DIGITS == CPIO_HEADER_BYTES, "newc header");

static bool digit(uint8_t character, uint32_t *ret_value)
{
    if (character >= '0' && character <= '9')
        *ret_value = (uint32_t)character - '0';
    else if (character >= 'a' && character <= 'f')
        *ret_value = (uint32_t)character - 'a' + DIGIT_LETTER;
    else if (character >= 'A' && character <= 'F')
        *ret_value = (uint32_t)character - 'A' + DIGIT_LETTER;
    else
        return false;
    return true;
}

enum status cpio_decode(const uint8_t header[CPIO_HEADER_BYTES], struct cpio_member *ret_member)
{
    struct cpio_member member;
    const uint8_t *at = header + MAGIC_BYTES;

    if (memcmp(header, "07070", MAGIC_BYTES - 1) != 0)
        return STATUS_ARCHIVE_MALFORMED;
    if (header[MAGIC_BYTES - 1] != '1' && header[MAGIC_BYTES - 1] != '2')
        return STATUS_ARCHIVE_MALFORMED;
    member.has_sum = header[MAGIC_BYTES - 1] == '2';
    for (size_t i = 0; i < NUMBERS; i++) {
        uint32_t number = 0;

        for (size_t j = 0; j < DIGITS; j++) {
            uint32_t value;

            if (!digit(*at++, &value))
                return STATUS_ARCHIVE_MALFORMED;
            number = number * DIGIT_BASE + value;
        }
        memcpy((uint8_t *)&member + FIELDS[i], &number, sizeof(number));
    }
    *ret_member = member;
    return STATUS_OK;
}

enum status cpio_encode(const struct cpio_member *member, struct bytes name, struct buffer buffer,
                        size_t *ret_written_bytes)
{
    struct cpio_member named = *member;
    uint8_t *at = buffer.data;
    size_t needed;

    if (name.size >= CPIO_NAME_MAX_BYTES)
        return STATUS_ARCHIVE_TOO_LARGE;
    named.name_bytes = (uint32_t)name.size + 1;
    needed = (size_t)cpio_head_bytes(named.name_bytes);
    if (needed > buffer.size)
        return STATUS_ARCHIVE_TOO_LARGE;
    memcpy(at, member->has_sum ? "070702" : "070701", MAGIC_BYTES);
    at += MAGIC_BYTES;
    for (size_t i = 0; i < NUMBERS; i++) {
        uint32_t number;

        memcpy(&number, (const uint8_t *)&named + FIELDS[i], sizeof(number));
        for (size_t j = DIGITS; j-- > 0; number /= DIGIT_BASE)
            at[j] = (uint8_t) "0123456789ABCDEF"[number % DIGIT_BASE];
        at += DIGITS;
    }
    if (name.size > 0)
        memcpy(at, name.data, name.size);
    memset(at + name.size, 0, needed - CPIO_HEADER_BYTES - name.size);
    *ret_written_bytes = needed;
    return STATUS_OK;
}

enum status cpio_encode_trailer(struct buffer buffer)
{
    static const struct cpio_member member = { .links = 1 };
    size_t written;

    return cpio_encode(&member, CPIO_TRAILER, buffer, &written);
}
