/*
 * A sink that decompresses a file while it arrives (zstd, RFC 8878), into memory that takes all
 * of it. That memory is the window, so what is needed beside is the decoder's own state, about
 * 230 KiB, whatever the frames ask for. Or it only counts how much it would be; then a window is
 * needed as well.
 *
 * A file is a row of frames, with zeros between them passed through; what is no frame passes
 * through as well, to the end of the file: another format, from its first byte on, is not
 * touched. Skippable frames are skipped; a frame's checksum is checked, and the size that its
 * header says. Pure; the file is untrusted.
 */
#ifndef PAYLOAD_UNZSTD_H
#define PAYLOAD_UNZSTD_H

#include "allocator.h"
#include "bytes.h"
#include "sink.h"

/*
 * The largest window of a frame, in bytes: when only counting, what the kernel's decoder takes
 * (lib/decompress_unzstd.c); else what zstd can write at all (--ultra --long=31).
 */
#define UNZSTD_COUNTED_WINDOW_LOG 27
#define UNZSTD_WINDOW_LOG         31

struct unzstd_request {
    const struct allocator *allocator; /* up to 129 MiB to count, else up to 512 KiB */
    uint64_t verbatim_bytes;           /* so much passes through in front of all that, unread */
    struct buffer output;              /* the result has exactly this size; data NULL: count */
    uint64_t limit_bytes;              /* count: of the result */
    /* Say what is wrong with the file in finish, not before: where a digest is checked in front,
     * a file that is not the expected one is told by that. */
    bool patient;
    struct text *detail;
};

enum unzstd_phase {
    UNZSTD_VERBATIM,
    UNZSTD_BETWEEN,
    UNZSTD_FRAME,
    UNZSTD_REST,
};

#define UNZSTD_MAGIC_BYTES 4

/*
 * write and finish: STATUS_UNPACK_CORRUPT, STATUS_UNPACK_TRUNCATED, STATUS_UNPACK_WINDOW,
 * STATUS_UNPACK_SIZE (more or less than the output's size), STATUS_UNPACK_LARGE (more than
 * limit_bytes), STATUS_OUT_OF_MEMORY. Unless finish has returned STATUS_OK, the output's
 * contents are undefined.
 */
struct unzstd {
    struct sink sink;
    uint64_t size_bytes; /* of the result so far */

    /* private */
    struct unzstd_request request;
    void *decoder;
    uint8_t *scratch;
    uint64_t taken_bytes;
    uint64_t verbatim_left_bytes;
    enum unzstd_phase phase;
    uint8_t magic[UNZSTD_MAGIC_BYTES];
    size_t magic_bytes;
    enum status failure;
    bool over; /* it failed before the end of the file */
};

/* STATUS_OUT_OF_MEMORY; else unzstd_release is needed afterwards. All that the request refers
 * to must outlive the sink. */
enum status unzstd_init(struct unzstd *unzstd, const struct unzstd_request *request);
void unzstd_release(struct unzstd *unzstd);

/* For a file that is there already: begin, write and finish in one. Same statuses. */
enum status unzstd_all(const struct unzstd_request *request, struct bytes file,
                       uint64_t *ret_size_bytes);

#endif
