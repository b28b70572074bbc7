/* For ZSTD_createDCtx_advanced and ZSTD_d_stableOutBuffer. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "little-endian.h"
#include "unzstd.h"

/* Where counted bytes go: what the decoder flushes at once. */
#define SCRATCH_BYTES (128 * 1024)

/* RFC 8878: 3.1.1 (a frame) and 3.1.2 (a skippable frame: the low 4 bits are free). */
#define FRAME_MAGIC     UINT32_C(0xFD2FB528)
#define SKIPPABLE_MAGIC UINT32_C(0x184D2A50)
#define SKIPPABLE_MASK  UINT32_C(0xFFFFFFF0)

static struct unzstd *unzstd_of(struct sink *sink)
{
    /* The sink is the first member, so both have the same address. */
    return (struct unzstd *)(void *)sink;
}

static bool counts_only(const struct unzstd *unzstd)
{
    return !unzstd->request.output.data;
}

static uint64_t room_bytes(const struct unzstd *unzstd)
{
    uint64_t most = counts_only(unzstd) ? unzstd->request.limit_bytes : unzstd->request.output.size;

    return most - unzstd->size_bytes;
}

/* As it is. */
static enum status pass(struct unzstd *unzstd, struct bytes bytes)
{
    if (bytes.size > room_bytes(unzstd))
        return counts_only(unzstd) ? STATUS_UNPACK_LARGE : STATUS_UNPACK_SIZE;
    if (!counts_only(unzstd) && bytes.size > 0)
        memcpy(unzstd->request.output.data + unzstd->size_bytes, bytes.data, bytes.size);
    unzstd->size_bytes += bytes.size;
    return STATUS_OK;
}

static enum status failure_of(const struct unzstd *unzstd, size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return STATUS_OUT_OF_MEMORY;
    case ZSTD_error_frameParameter_windowTooLarge:
        return STATUS_UNPACK_WINDOW;
    case ZSTD_error_dstSize_tooSmall:
    case ZSTD_error_noForwardProgress_destFull:
        /* When only counting, this is a buffer of the size that the frame's header says. */
        return counts_only(unzstd) ? STATUS_UNPACK_CORRUPT : STATUS_UNPACK_SIZE;
    default:
        return STATUS_UNPACK_CORRUPT;
    }
}

/* Decodes until the bytes or the frame are over; returns how many were taken. */
static enum status decode(struct unzstd *unzstd, struct bytes bytes, size_t *ret_taken)
{
    ZSTD_inBuffer input = { bytes.data, bytes.size, 0 };

    while (input.pos < input.size && unzstd->phase == UNZSTD_FRAME) {
        ZSTD_outBuffer output = { unzstd->scratch, SCRATCH_BYTES, 0 };
        uint64_t before = unzstd->size_bytes;
        size_t result;

        if (!counts_only(unzstd))
            output = (ZSTD_outBuffer){ unzstd->request.output.data, unzstd->request.output.size,
                                       unzstd->size_bytes };
        result = ZSTD_decompressStream(unzstd->decoder, &output, &input);
        if (ZSTD_isError(result))
            return failure_of(unzstd, result);
        if (!counts_only(unzstd))
            unzstd->size_bytes = output.pos;
        else if (output.pos > room_bytes(unzstd))
            return STATUS_UNPACK_LARGE;
        else
            unzstd->size_bytes = before + output.pos;
        if (result == 0)
            unzstd->phase = UNZSTD_BETWEEN;
    }
    *ret_taken = input.pos;
    return STATUS_OK;
}

static bool is_frame(const uint8_t magic_bytes[UNZSTD_MAGIC_BYTES])
{
    uint32_t magic = le_u32((struct bytes){ magic_bytes, UNZSTD_MAGIC_BYTES }, 0);

    return magic == FRAME_MAGIC || (magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC;
}

/* Zeros, and then the first bytes of whatever follows, which decide what it is. */
static enum status look(struct unzstd *unzstd, struct bytes bytes, size_t *ret_taken)
{
    struct bytes magic = { unzstd->magic, UNZSTD_MAGIC_BYTES };
    size_t taken = 0, decoded;

    while (unzstd->magic_bytes == 0 && taken < bytes.size && bytes.data[taken] == 0)
        taken++;
    *ret_taken = taken;
    if (taken > 0)
        return pass(unzstd, bytes_first(bytes, taken));
    *ret_taken = 1;
    unzstd->magic[unzstd->magic_bytes++] = bytes.data[0];
    if (unzstd->magic_bytes < UNZSTD_MAGIC_BYTES)
        return STATUS_OK;
    unzstd->magic_bytes = 0;
    if (is_frame(unzstd->magic)) {
        unzstd->phase = UNZSTD_FRAME;
        return decode(unzstd, magic, &decoded);
    }
    unzstd->phase = UNZSTD_REST;
    return pass(unzstd, magic);
}

static enum status take(struct unzstd *unzstd, struct bytes bytes, size_t *ret_taken)
{
    *ret_taken = bytes.size;
    switch (unzstd->phase) {
    case UNZSTD_VERBATIM:
        if (bytes.size > unzstd->verbatim_left_bytes)
            *ret_taken = (size_t)unzstd->verbatim_left_bytes;
        unzstd->verbatim_left_bytes -= *ret_taken;
        if (unzstd->verbatim_left_bytes == 0)
            unzstd->phase = UNZSTD_BETWEEN;
        return pass(unzstd, bytes_first(bytes, *ret_taken));
    case UNZSTD_BETWEEN:
        return look(unzstd, bytes, ret_taken);
    case UNZSTD_FRAME:
        return decode(unzstd, bytes, ret_taken);
    case UNZSTD_REST:
        break;
    }
    return pass(unzstd, bytes);
}

static enum status report(const struct unzstd *unzstd)
{
    struct text *detail = unzstd->request.detail;

    if (unzstd->failure == STATUS_UNPACK_SIZE || unzstd->failure == STATUS_UNPACK_LARGE) {
        bool counted = counts_only(unzstd);

        text_add(detail, counted ? "expected at most " : "expected ");
        text_add_u64(detail, counted ? unzstd->request.limit_bytes : unzstd->request.output.size);
        text_add(detail, unzstd->over ? " bytes, found more, " : " bytes, found less, ");
    }
    text_add(detail, "after ");
    text_add_u64(detail, unzstd->taken_bytes);
    text_add(detail, " bytes, which unpack to ");
    text_add_u64(detail, unzstd->size_bytes);
    return unzstd->failure;
}

static enum status unzstd_begin(struct sink *sink, uint64_t size_bytes)
{
    struct unzstd *unzstd = unzstd_of(sink);

    (void)size_bytes; /* of the compressed file: says nothing about the result */
    ZSTD_DCtx_reset(unzstd->decoder, ZSTD_reset_session_only);
    unzstd->size_bytes = 0;
    unzstd->taken_bytes = 0;
    unzstd->verbatim_left_bytes = unzstd->request.verbatim_bytes;
    unzstd->phase = unzstd->verbatim_left_bytes > 0 ? UNZSTD_VERBATIM : UNZSTD_BETWEEN;
    unzstd->magic_bytes = 0;
    unzstd->failure = STATUS_OK;
    unzstd->over = false;
    return STATUS_OK;
}

static enum status unzstd_write(struct sink *sink, struct bytes bytes)
{
    struct unzstd *unzstd = unzstd_of(sink);

    while (bytes.size > 0 && !unzstd->failure) {
        size_t taken = 0;

        unzstd->failure = take(unzstd, bytes, &taken);
        unzstd->over = unzstd->failure;
        unzstd->taken_bytes += taken;
        bytes = bytes_from(bytes, taken);
    }
    if (unzstd->failure && !unzstd->request.patient)
        return report(unzstd);
    return STATUS_OK;
}

static enum status unzstd_finish(struct sink *sink)
{
    struct unzstd *unzstd = unzstd_of(sink);

    if (!unzstd->failure && unzstd->phase == UNZSTD_FRAME)
        unzstd->failure = STATUS_UNPACK_TRUNCATED;
    if (!unzstd->failure) { /* too few bytes at the end to be a frame */
        unzstd->failure = pass(unzstd, (struct bytes){ unzstd->magic, unzstd->magic_bytes });
        unzstd->over = unzstd->failure;
    }
    if (!unzstd->failure && !counts_only(unzstd) && room_bytes(unzstd) > 0)
        unzstd->failure = STATUS_UNPACK_SIZE;
    return unzstd->failure ? report(unzstd) : STATUS_OK;
}

enum status unzstd_init(struct unzstd *unzstd, const struct unzstd_request *request)
{
    const struct allocator *allocator = request->allocator;
    ZSTD_customMem memory = { allocator->allocate, allocator->release, allocator->context };

    *unzstd = (struct unzstd){
        .sink = { unzstd_begin, unzstd_write, unzstd_finish },
        .request = *request,
        .decoder = ZSTD_createDCtx_advanced(memory),
    };
    if (counts_only(unzstd))
        unzstd->scratch = allocator->allocate(allocator->context, SCRATCH_BYTES);
    if (!unzstd->decoder || (counts_only(unzstd) && !unzstd->scratch)) {
        unzstd_release(unzstd);
        return STATUS_OUT_OF_MEMORY;
    }
    ZSTD_DCtx_setParameter(unzstd->decoder, ZSTD_d_windowLogMax,
                           counts_only(unzstd) ? UNZSTD_COUNTED_WINDOW_LOG : UNZSTD_WINDOW_LOG);
    ZSTD_DCtx_setParameter(unzstd->decoder, ZSTD_d_stableOutBuffer, !counts_only(unzstd));
    return STATUS_OK;
}

void unzstd_release(struct unzstd *unzstd)
{
    const struct allocator *allocator = unzstd->request.allocator;

    ZSTD_freeDCtx(unzstd->decoder);
    allocator->release(allocator->context, unzstd->scratch);
    unzstd->decoder = NULL;
    unzstd->scratch = NULL;
}

enum status unzstd_all(const struct unzstd_request *request, struct bytes file,
                       uint64_t *ret_size_bytes)
{
    struct unzstd unzstd;
    enum status st = unzstd_init(&unzstd, request);

    if (st)
        return st;
    st = unzstd.sink.begin(&unzstd.sink, file.size);
    if (!st)
        st = unzstd.sink.write(&unzstd.sink, file);
    if (!st)
        st = unzstd.sink.finish(&unzstd.sink);
    *ret_size_bytes = unzstd.size_bytes;
    unzstd_release(&unzstd);
    return st;
}
