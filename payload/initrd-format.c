#include "initrd-format.h"
#include "cpio.h"
#include "little-endian.h"

/* RFC 8878: 3.1.1 (a frame) and 3.1.2 (a skippable frame: the low 4 bits are free). */
#define ZSTD_MAGIC           UINT32_C(0xFD2FB528)
#define ZSTD_SKIPPABLE_MAGIC UINT32_C(0x184D2A50)
#define ZSTD_SKIPPABLE_MASK  UINT32_C(0xFFFFFFF0)
#define ZSTD_MAGIC_BYTES     4

enum step { STEP_ON, STEP_WINDOW, STEP_OVER };

void initrd_walk_init(struct initrd_walk *walk)
{
    *walk = (struct initrd_walk){ .format = INITRD_FORMAT_UNKNOWN };
}

static bool is_zstd(struct bytes at)
{
    uint32_t magic = le_u32(at, 0);

    return magic == ZSTD_MAGIC || (magic & ZSTD_SKIPPABLE_MASK) == ZSTD_SKIPPABLE_MAGIC;
}

static enum step over(struct initrd_walk *walk, enum initrd_format format)
{
    walk->format = format;
    return STEP_OVER;
}

/* Zeros pad between archives and in front of what is compressed. */
static size_t count_zeros(struct bytes at)
{
    size_t zeros = 0;

    while (zeros < at.size && at.data[zeros] == 0)
        zeros++;
    return zeros;
}

/* One member: its contents are skipped, even where they reach beyond the window. */
static enum step walk_member(struct initrd_walk *walk, struct bytes at, bool last)
{
    struct cpio_member member;
    struct bytes name;

    if (at.size < CPIO_HEADER_BYTES)
        return last ? over(walk, INITRD_FORMAT_UNKNOWN) : STEP_WINDOW;
    if (cpio_decode(at.data, &member) || member.name_bytes == 0 ||
        member.name_bytes > CPIO_NAME_MAX_BYTES)
        return over(walk, INITRD_FORMAT_UNKNOWN);
    if (at.size - CPIO_HEADER_BYTES < member.name_bytes)
        return last ? over(walk, INITRD_FORMAT_UNKNOWN) : STEP_WINDOW;
    name = bytes_first(bytes_from(at, CPIO_HEADER_BYTES), member.name_bytes - 1);
    walk->in_archive = !bytes_equal(name, CPIO_TRAILER);
    /* Both are below 2^33, and a walk has few windows: the offset cannot overflow. */
    walk->offset += cpio_head_bytes(member.name_bytes) + cpio_padded(member.size_bytes);
    return STEP_ON;
}

static enum step walk_step(struct initrd_walk *walk, struct bytes at, bool last)
{
    size_t zeros = count_zeros(at);

    if (zeros > 0) {
        walk->offset += zeros;
        return STEP_ON;
    }
    if (at.size == 0 && last)
        return over(walk, walk->in_archive || walk->early_bytes == 0 ? INITRD_FORMAT_UNKNOWN
                                                                     : INITRD_FORMAT_CPIO);
    if (at.size < ZSTD_MAGIC_BYTES)
        return last ? over(walk, INITRD_FORMAT_UNKNOWN) : STEP_WINDOW;
    if (at.data[0] == '0')
        return walk_member(walk, at, last);
    walk->early_bytes = walk->offset;
    return over(walk,
                is_zstd(at) && !walk->in_archive ? INITRD_FORMAT_ZSTD : INITRD_FORMAT_UNKNOWN);
}

bool initrd_walk_window(struct initrd_walk *walk, struct bytes window, bool last)
{
    uint64_t start = walk->offset;
    enum step step = STEP_ON;

    walk->windows++;
    while (step == STEP_ON) {
        uint64_t done = walk->offset - start;

        /* Contents that the last window does not hold are missing: the initrd is truncated. */
        if (done > window.size)
            step = last ? over(walk, INITRD_FORMAT_UNKNOWN) : STEP_WINDOW;
        else if (done == window.size && !last)
            step = STEP_WINDOW;
        else {
            walk->early_bytes = walk->offset;
            step = walk_step(walk, bytes_from(window, (size_t)done), last);
        }
    }
    if (step == STEP_WINDOW && walk->windows >= INITRD_WINDOWS_MOST)
        step = over(walk, INITRD_FORMAT_UNKNOWN);
    return step == STEP_OVER;
}
