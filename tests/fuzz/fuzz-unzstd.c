/*
 * unzstd. Input: a byte that says how large the pieces are, one that says how many bytes pass
 * through unread, then the file. What is counted is what is unpacked, in pieces or at once.
 */
#include "payload/unzstd.h"

#include "fuzz.h"

#define OUTPUT_MOST_BYTES     (1u << 20)
#define ALLOCATION_MOST_BYTES (16u << 20)

static void *allocate(void *context, size_t size_bytes)
{
    (void)context;
    return size_bytes <= ALLOCATION_MOST_BYTES ? malloc(size_bytes) : NULL;
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static enum status unpack(const struct unzstd_request *request, struct bytes file,
                          size_t piece_bytes, uint64_t *ret_size_bytes)
{
    struct unzstd unzstd;
    enum status st;

    require(unzstd_init(&unzstd, request) == STATUS_OK);
    st = unzstd.sink.begin(&unzstd.sink, file.size);
    for (size_t at = 0; !st && at < file.size; at += piece_bytes) {
        struct buffer copy = fuzz_copy(bytes_first(bytes_from(file, at), piece_bytes));

        st = unzstd.sink.write(&unzstd.sink, (struct bytes){ copy.data, copy.size });
        free(copy.data);
    }
    if (!st)
        st = unzstd.sink.finish(&unzstd.sink);
    *ret_size_bytes = unzstd.size_bytes;
    unzstd_release(&unzstd);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct allocator allocator = { allocate, release, NULL };
    struct bytes file = bytes_from((struct bytes){ data, size }, 2);
    size_t piece_bytes = size > 0 && data[0] > 0 ? data[0] : SIZE_MAX / 2;
    char memory[512];
    struct text detail = TEXT(memory);
    struct unzstd_request request = {
        .allocator = &allocator,
        .verbatim_bytes = size > 1 ? data[1] : 0,
        .limit_bytes = OUTPUT_MOST_BYTES,
        .detail = &detail,
    };
    uint64_t counted_bytes, size_bytes;
    enum status st = unpack(&request, file, SIZE_MAX / 2, &counted_bytes);

    require_detail(&detail, st != STATUS_OK);
    require(counted_bytes <= OUTPUT_MOST_BYTES);
    /* In one piece, in several, with memory of exactly that size: always the same. */
    if (!st) {
        request.output = (struct buffer){ malloc(counted_bytes + 1), (size_t)counted_bytes };
        require(request.output.data != NULL);
        require(unpack(&request, file, piece_bytes, &size_bytes) == STATUS_OK);
        require(size_bytes == counted_bytes);
        if (counted_bytes > 0) {
            request.output.size--;
            require(unpack(&request, file, piece_bytes, &size_bytes) != STATUS_OK);
        }
        free(request.output.data);
    }
    request.output.data = NULL;
    text_clear(&detail);
    require((unpack(&request, file, piece_bytes, &size_bytes) == STATUS_OK) == (st == STATUS_OK));
    return 0;
}
