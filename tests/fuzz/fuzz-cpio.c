/*
 * cpio_reader_feed. Input: a byte that says how large the pieces are, then the stream. In
 * pieces or all at once, the outcome has to be the same.
 */
#include <stdlib.h>

#include "payload/cpio-reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Checks the order of calls and keeps a sum over everything that is said. */
struct checker {
    struct cpio_receiver receiver;
    bool is_inside;
    uint64_t missing_bytes;
    uint64_t sum;
};

static void mix(struct checker *checker, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        checker->sum = (checker->sum ^ data[i]) * UINT64_C(0x100000001B3);
}

static enum status member(struct cpio_receiver *receiver, const struct cpio_member *member,
                          struct bytes name)
{
    struct checker *checker = (struct checker *)receiver;

    require(!checker->is_inside);
    require(name.size < CPIO_NAME_MAX_BYTES && name.data[name.size] == 0);
    require(!memchr(name.data, 0, name.size));
    checker->is_inside = true;
    checker->missing_bytes = member->size_bytes;
    mix(checker, name.data, name.size + 1);
    mix(checker, (const uint8_t *)&member->mode, sizeof(member->mode));
    return STATUS_OK;
}

static enum status contents(struct cpio_receiver *receiver, struct bytes piece)
{
    struct checker *checker = (struct checker *)receiver;

    require(checker->is_inside && piece.size > 0 && piece.size <= checker->missing_bytes);
    checker->missing_bytes -= piece.size;
    mix(checker, piece.data, piece.size);
    return STATUS_OK;
}

static enum status end(struct cpio_receiver *receiver)
{
    struct checker *checker = (struct checker *)receiver;

    require(checker->is_inside && checker->missing_bytes == 0);
    checker->is_inside = false;
    mix(checker, (const uint8_t *)"end", 3);
    return STATUS_OK;
}

static enum status trailer(struct cpio_receiver *receiver)
{
    struct checker *checker = (struct checker *)receiver;

    require(!checker->is_inside);
    mix(checker, (const uint8_t *)"trailer", 7);
    return STATUS_OK;
}

struct outcome {
    enum status st;
    size_t left;
    bool is_inside;
    uint64_t sum;
};

static struct outcome run(struct bytes stream, size_t step)
{
    static struct cpio_reader reader;
    struct checker checker = { .receiver = { member, contents, end, trailer } };
    struct outcome outcome = { .st = STATUS_OK };

    cpio_reader_begin(&reader, &checker.receiver);
    while (!outcome.st && stream.size > 0) {
        struct bytes piece = bytes_first(stream, step);
        size_t size = piece.size;

        outcome.st = cpio_reader_feed(&reader, &piece);
        stream = bytes_from(stream, size - piece.size);
        if (piece.size > 0)
            break;
    }
    outcome.left = outcome.st ? 0 : stream.size;
    outcome.is_inside = !outcome.st && cpio_reader_is_inside(&reader);
    require(outcome.st || !checker.is_inside || outcome.is_inside);
    outcome.sum = checker.sum;
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole, pieces;

    if (size == 0)
        return 0;
    whole = run((struct bytes){ data + 1, size - 1 }, SIZE_MAX);
    pieces = run((struct bytes){ data + 1, size - 1 }, (size_t)data[0] + 1);
    require(whole.st == pieces.st && whole.left == pieces.left &&
            whole.is_inside == pieces.is_inside && whole.sum == pieces.sum);
    return 0;
}
