/*
 * http_response_*: an answer must have the same outcome fed whole and in pieces. Input: a
 * count (the low 4 bits of a byte; the high 4 choose a range to ask for), as many sizes of
 * pieces (a byte each, used in turn), the answer.
 */
#include <stdlib.h>

#include "net/http-response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

struct outcome {
    struct sink sink;
    struct http_response response;
    enum status status;
    unsigned int begins, finishes;
    uint64_t promised, bytes, hash;
    char memory[512];
    struct text detail;
};

static enum status outcome_begin(struct sink *sink, uint64_t size_bytes)
{
    struct outcome *outcome = (struct outcome *)sink;

    outcome->begins++;
    outcome->promised = size_bytes;
    return STATUS_OK;
}

static enum status outcome_write(struct sink *sink, struct bytes bytes)
{
    struct outcome *outcome = (struct outcome *)sink;

    require(outcome->begins == 1 && outcome->finishes == 0 && bytes.size > 0);
    outcome->bytes += bytes.size;
    for (size_t i = 0; i < bytes.size; i++)
        outcome->hash = (outcome->hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    return STATUS_OK;
}

static enum status outcome_finish(struct sink *sink)
{
    ((struct outcome *)sink)->finishes++;
    return STATUS_OK;
}

static bool has_body(const struct http_response *response)
{
    return response->code == 200 || (response->code == 206 && response->wanted.size_bytes > 0);
}

static void outcome_check(const struct outcome *outcome)
{
    const struct http_response *response = &outcome->response;

    require(response->headers.location_bytes <= sizeof(response->headers.location));
    require(outcome->status == STATUS_OK || outcome->detail.size > 0);
    require(response->complete == (outcome->status == STATUS_OK));
    require(outcome->begins <= 1 && response->body_bytes == outcome->bytes);
    if (outcome->begins)
        require(has_body(response) && outcome->bytes <= outcome->promised);
    if (response->wanted.size_bytes > 0)
        require(outcome->bytes <= response->wanted.size_bytes);
    if (!response->complete)
        return;
    require(response->reason_bytes <= sizeof(response->reason));
    require(response->code >= 200 && response->code <= 999);
    require(outcome->finishes == has_body(response));
    if (has_body(response) && outcome->promised != SINK_SIZE_UNKNOWN)
        require(outcome->bytes == outcome->promised);
}

static void run(struct outcome *outcome, struct http_range wanted, struct bytes answer,
                struct bytes pieces)
{
    size_t turn = 0;

    memset(outcome, 0, sizeof(*outcome));
    outcome->sink = (struct sink){ outcome_begin, outcome_write, outcome_finish };
    outcome->detail = TEXT(outcome->memory);
    http_response_init(&outcome->response, wanted, &outcome->sink, &outcome->detail);
    while (outcome->status == STATUS_OK && answer.size > 0) {
        size_t size = pieces.size > 0 ? pieces.data[turn++ % pieces.size] + 1u : answer.size;
        struct bytes piece = bytes_first(answer, size);
        uint8_t *copy = malloc(piece.size);

        /* Memory of its own for each piece: nothing may point into an earlier one. */
        require(copy != NULL);
        memcpy(copy, piece.data, piece.size);
        outcome->status =
            http_response_feed(&outcome->response, (struct bytes){ copy, piece.size });
        free(copy);
        answer = bytes_from(answer, piece.size);
    }
    if (outcome->status == STATUS_OK)
        outcome->status = http_response_end(&outcome->response);
    outcome_check(outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct outcome whole, cut;
    struct bytes all = { data, size };
    struct bytes pieces = { NULL, 0 };
    struct http_range wanted = { 0, 0 };

    if (size > 0) {
        wanted.size_bytes = data[0] / 16u * 3;
        wanted.offset = data[0] & 16 ? 0 : wanted.size_bytes;
        pieces = bytes_first(bytes_from(all, 1), data[0] & 15);
        all = bytes_from(all, 1 + pieces.size);
    }
    run(&whole, wanted, all, (struct bytes){ NULL, 0 });
    run(&cut, wanted, all, pieces);
    require(whole.status == cut.status);
    require(whole.begins == cut.begins && whole.finishes == cut.finishes);
    require(whole.promised == cut.promised);
    require(whole.bytes == cut.bytes && whole.hash == cut.hash);
    require(whole.response.code == cut.response.code);
    require(whole.response.headers.location_bad == cut.response.headers.location_bad);
    if (!whole.response.complete)
        return 0;
    require(whole.response.headers.location_bytes == cut.response.headers.location_bytes);
    require(memcmp(whole.response.headers.location, cut.response.headers.location,
                   whole.response.headers.location_bytes) == 0);
    require(whole.response.reason_bytes == cut.response.reason_bytes);
    require(memcmp(whole.response.reason, cut.response.reason, whole.response.reason_bytes) == 0);
    return 0;
}
