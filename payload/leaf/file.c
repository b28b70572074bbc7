#include "file.h"

/* What exists twice for a moment, at most. */
#define PIECE_BYTES ((uint64_t)4 << 20)
#define BLOCK_BYTES 512u /* of st_blocks */

int file_write_at(int fd, struct bytes bytes, uint64_t offset)
{
    while (bytes.size > 0) {
        int64_t written = system_write_at(fd, bytes.data, bytes.size, offset);

        if (written <= 0)
            return written < 0 ? (int)written : -EIO;
        bytes = bytes_from(bytes, (size_t)written);
        offset += (uint64_t)written;
    }
    return 0;
}

static int copy_range(int from, int to, struct buffer buffer, uint64_t start, uint64_t end)
{
    while (start < end) {
        size_t most = end - start < buffer.size ? (size_t)(end - start) : buffer.size;
        int64_t got = system_read_at(from, buffer.data, most, start);
        int error;

        if (got <= 0)
            return got < 0 ? (int)got : -EIO;
        error = file_write_at(to, (struct bytes){ buffer.data, (size_t)got }, start);
        if (error)
            return error;
        start += (uint64_t)got;
    }
    return 0;
}

/* Copies what is not a hole. */
static int copy_data(int from, int to, struct buffer buffer, uint64_t start, uint64_t end)
{
    while (start < end) {
        int64_t data = system_seek(from, start, SEEK_DATA_FROM);
        int64_t hole;
        int error;

        if (data == -ENXIO || data >= (int64_t)end)
            return 0;
        if (data < 0)
            return (int)data;
        hole = system_seek(from, (uint64_t)data, SEEK_HOLE_FROM);
        if (hole < 0)
            return (int)hole;
        if (hole > (int64_t)end)
            hole = (int64_t)end;
        error = copy_range(from, to, buffer, (uint64_t)data, (uint64_t)hole);
        if (error)
            return error;
        start = (uint64_t)hole;
    }
    return 0;
}

/* Brings back what lies behind start, giving it up in to. */
static void restore(const struct file_move *move, uint64_t start)
{
    uint64_t size = move->stat->stx_size;

    for (uint64_t end; start < size; start = end) {
        end = (start + PIECE_BYTES) & ~(PIECE_BYTES - 1);
        if (end > size)
            end = size;
        if (copy_data(move->to, move->from, move->buffer, start, end))
            return;
        (void)system_punch(move->to, start, end - start);
    }
    (void)system_truncate(move->from, size);
}

int file_move(const struct file_move *move)
{
    uint64_t size = move->stat->stx_size;
    bool dense = move->stat->stx_blocks * BLOCK_BYTES >= size;

    for (uint64_t end = size, start; end > 0; end = start) {
        int error;

        start = (end - 1) & ~(PIECE_BYTES - 1);
        error = dense ? copy_range(move->from, move->to, move->buffer, start, end)
                      : copy_data(move->from, move->to, move->buffer, start, end);
        /* The last piece goes with the name, unless other names keep it. */
        if (!error && !move->keep && (start > 0 || move->release))
            error = system_truncate(move->from, start);
        if (error) {
            if (!move->keep)
                restore(move, end);
            return error;
        }
    }
    return dense ? 0 : system_truncate(move->to, size);
}
