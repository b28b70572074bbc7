/*
 * Reads newc archives (cpio.h) from a stream that arrives in pieces of any size, with the
 * bounds and the leniency of Linux's own initramfs reader: zeros may stand between members, a
 * trailer may be missing, further archives may follow, a name of no bytes or of more than
 * PATH_MAX makes a member that is skipped, numbers are taken as they are. What is in an archive is
 * not judged here: names may be absolute and contain "..", since the kernel takes those too
 * (confine them where they are used). Everything read is untrusted.
 *
 * The reader neither allocates nor keeps pointers into a piece between calls.
 */
#ifndef PAYLOAD_CPIO_READER_H
#define PAYLOAD_CPIO_READER_H

#include "cpio.h"

/*
 * Who receives what is in the archives. A status other than OK stops the reader, which then
 * returns it and must not be used any more.
 */
struct cpio_receiver {
    /* A member begins. name: without its NUL, which follows it; valid during the call. */
    enum status (*member)(struct cpio_receiver *receiver, const struct cpio_member *member,
                          struct bytes name);
    /* The next piece of its contents, never empty: member->size_bytes altogether. */
    enum status (*contents)(struct cpio_receiver *receiver, struct bytes piece);
    /* All its contents have arrived (called for members without contents, too). */
    enum status (*end)(struct cpio_receiver *receiver);
    /* An archive has ended: inode numbers begin anew. */
    enum status (*trailer)(struct cpio_receiver *receiver);
};

enum cpio_reader_state {
    CPIO_READER_BETWEEN, /* members or archives */
    CPIO_READER_HEADER,
    CPIO_READER_NAME,
    CPIO_READER_CONTENTS,
    CPIO_READER_SKIP,    /* the name of a member that is not taken: too long or empty */
    CPIO_READER_PADDING, /* behind the contents; its values are not looked at */
};

struct cpio_reader {
    struct cpio_receiver *receiver;
    enum cpio_reader_state state;
    uint64_t offset;    /* in the stream, as told by cpio_reader_align() */
    uint64_t remaining; /* bytes of the current state's item that are still to come */
    uint32_t sum;
    bool taken; /* the current member was announced to the receiver */
    struct cpio_member member;
    size_t collected_bytes; /* of header or name */
    uint8_t collected[CPIO_NAME_MAX_BYTES];
};

/* receiver: must outlive the reader. */
void cpio_reader_begin(struct cpio_reader *reader, struct cpio_receiver *receiver);

/*
 * Takes from the front of *stream what belongs to archives, and shortens *stream accordingly.
 * With OK, *stream is either empty or begins with a byte that cannot begin an archive, where
 * one could: the caller knows what else may follow there.
 * ARCHIVE_MALFORMED: no newc header where one must be, or a name without its NUL.
 * ARCHIVE_SUM: the contents of a 070702 member do not have their sum.
 */
enum status cpio_reader_feed(struct cpio_reader *reader, struct bytes *stream);

/* Whether a member is under way, that is, the stream must not end here. */
static inline bool cpio_reader_is_inside(const struct cpio_reader *reader)
{
    return reader->state != CPIO_READER_BETWEEN;
}

/* What follows lies at offset in its stream: alignment counts from there. Not within a member. */
static inline void cpio_reader_align(struct cpio_reader *reader, uint64_t offset)
{
    reader->offset = offset;
}

#endif
