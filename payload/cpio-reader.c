#include "cpio-reader.h"

void cpio_reader_begin(struct cpio_reader *reader, struct cpio_receiver *receiver)
{
    reader->receiver = receiver;
    reader->state = CPIO_READER_BETWEEN;
    reader->offset = 0;
    reader->remaining = 0;
    reader->sum = 0;
    reader->taken = false;
    reader->collected_bytes = 0;
}

static struct bytes take(struct cpio_reader *reader, struct bytes *stream, uint64_t most)
{
    struct bytes taken = bytes_first(*stream, most < stream->size ? (size_t)most : stream->size);

    *stream = bytes_from(*stream, taken.size);
    reader->offset += taken.size;
    return taken;
}

/* Header and name are collected, since a piece may end within them. */
static bool collect(struct cpio_reader *reader, struct bytes *stream)
{
    struct bytes piece = take(reader, stream, reader->remaining);

    if (piece.size > 0)
        memcpy(reader->collected + reader->collected_bytes, piece.data, piece.size);
    reader->collected_bytes += piece.size;
    reader->remaining -= piece.size;
    return reader->remaining == 0;
}

static void expect(struct cpio_reader *reader, enum cpio_reader_state state, uint64_t bytes)
{
    reader->state = state;
    reader->remaining = bytes;
    reader->collected_bytes = 0;
}

static uint64_t padding(const struct cpio_reader *reader)
{
    return cpio_padded(reader->offset) - reader->offset;
}

/* Only zeros may stand between archives, and an archive begins at a multiple of four. */
static enum status between(struct cpio_reader *reader, struct bytes *stream, bool *ret_foreign)
{
    size_t zeros = 0;

    while (zeros < stream->size && stream->data[zeros] == 0)
        zeros++;
    (void)take(reader, stream, zeros);
    if (stream->size == 0)
        return STATUS_OK;
    if (stream->data[0] != '0') {
        *ret_foreign = true;
        return STATUS_OK;
    }
    if (padding(reader) != 0)
        return STATUS_ARCHIVE_MALFORMED;
    expect(reader, CPIO_READER_HEADER, CPIO_HEADER_BYTES);
    return STATUS_OK;
}

static enum status header(struct cpio_reader *reader, struct bytes *stream)
{
    enum status st;
    uint64_t name_padded;

    if (!collect(reader, stream))
        return STATUS_OK;
    st = cpio_decode(reader->collected, &reader->member);
    if (st)
        return st;
    name_padded = cpio_head_bytes(reader->member.name_bytes) - CPIO_HEADER_BYTES;
    reader->sum = 0;
    reader->taken = reader->member.name_bytes > 0 && //
                    reader->member.name_bytes <= CPIO_NAME_MAX_BYTES;
    if (reader->taken)
        expect(reader, CPIO_READER_NAME, reader->member.name_bytes);
    else
        expect(reader, CPIO_READER_SKIP, name_padded + cpio_padded(reader->member.size_bytes));
    return STATUS_OK;
}

static enum status end_contents(struct cpio_reader *reader)
{
    expect(reader, CPIO_READER_PADDING, padding(reader));
    if (reader->member.has_sum && reader->member.size_bytes > 0 &&
        (reader->member.mode & CPIO_TYPE_MASK) == CPIO_TYPE_FILE &&
        reader->sum != reader->member.sum)
        return STATUS_ARCHIVE_SUM;
    return reader->receiver->end(reader->receiver);
}

static enum status name(struct cpio_reader *reader, struct bytes *stream)
{
    struct bytes name;
    enum status st;

    if (!collect(reader, stream))
        return STATUS_OK;
    if (reader->collected[reader->collected_bytes - 1] != 0)
        return STATUS_ARCHIVE_MALFORMED;
    /* Bytes behind a first NUL are there in some archives; a C string ends before them. */
    name = bytes_of_string((const char *)reader->collected);
    if (bytes_equal(name, CPIO_TRAILER)) {
        expect(reader, CPIO_READER_BETWEEN, 0);
        return reader->receiver->trailer(reader->receiver);
    }
    st = reader->receiver->member(reader->receiver, &reader->member, name);
    if (st)
        return st;
    /* The name's padding is part of what comes before the contents. */
    expect(reader, CPIO_READER_CONTENTS, padding(reader) + reader->member.size_bytes);
    return STATUS_OK;
}

static enum status contents(struct cpio_reader *reader, struct bytes *stream)
{
    struct bytes piece;
    enum status st;

    if (reader->remaining > reader->member.size_bytes) {
        piece = take(reader, stream, reader->remaining - reader->member.size_bytes);
        reader->remaining -= piece.size;
        if (reader->remaining > reader->member.size_bytes)
            return STATUS_OK;
    }
    piece = take(reader, stream, reader->remaining);
    reader->remaining -= piece.size;
    if (piece.size > 0) {
        if (reader->member.has_sum)
            for (size_t i = 0; i < piece.size; i++)
                reader->sum += piece.data[i];
        st = reader->receiver->contents(reader->receiver, piece);
        if (st)
            return st;
    }
    return reader->remaining == 0 ? end_contents(reader) : STATUS_OK;
}

static enum status skip(struct cpio_reader *reader, struct bytes *stream)
{
    reader->remaining -= take(reader, stream, reader->remaining).size;
    /* The kernel does not insist on a trailer either: an archive may end after any member. */
    if (reader->remaining == 0)
        expect(reader, CPIO_READER_BETWEEN, 0);
    return STATUS_OK;
}

enum status cpio_reader_feed(struct cpio_reader *reader, struct bytes *stream)
{
    bool foreign = false;
    enum status st = STATUS_OK;

    /* States with nothing to come (no padding, empty contents) need no bytes to go on. */
    while (!st && !foreign &&
           (stream->size > 0 || (reader->remaining == 0 && reader->state != CPIO_READER_BETWEEN))) {
        switch (reader->state) {
        case CPIO_READER_BETWEEN:
            st = between(reader, stream, &foreign);
            break;
        case CPIO_READER_HEADER:
            st = header(reader, stream);
            break;
        case CPIO_READER_NAME:
            st = name(reader, stream);
            break;
        case CPIO_READER_CONTENTS:
            st = contents(reader, stream);
            break;
        case CPIO_READER_SKIP:
        case CPIO_READER_PADDING:
            st = skip(reader, stream);
            break;
        }
    }
    return st;
}
