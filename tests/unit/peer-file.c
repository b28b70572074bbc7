#include "peer-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t peer_file_byte(uint64_t offset, unsigned int version)
{
    return peer_filler(offset + version * UINT64_C(1000003));
}

/* Whether the request asks for a range; that of the form "bytes=1-" or "bytes=1-2". */
static bool read_range(const char *request, size_t file_bytes, size_t *ret_first, size_t *ret_last)
{
    const char *range = strstr(request, "\r\nRange: bytes=");
    char *end;

    if (!range)
        return false;
    *ret_first = strtoul(range + strlen("\r\nRange: bytes="), &end, 10);
    *ret_last = end[1] == '\r' ? file_bytes - 1 : strtoul(end + 1, NULL, 10);
    if (*ret_last >= file_bytes)
        *ret_last = file_bytes - 1;
    return true;
}

/* Whether the request's If-Range, if there is one, names the version. */
static bool is_version(const char *request, const char *etag)
{
    const char *if_range = strstr(request, "\r\nIf-Range: ");

    if (!if_range)
        return true;
    return etag && strncmp(if_range + strlen("\r\nIf-Range: "), etag, strlen(etag)) == 0;
}

static void add_etag(struct peer_answer *answer, const char *etag)
{
    size_t size = strlen(answer->head);

    snprintf(answer->head + size, sizeof(answer->head) - size, "%s%s%s\r\n", etag ? "ETag: " : "",
             etag ? etag : "", etag ? "\r\n" : "");
}

static void answer_part(const struct peer_file *file, size_t first, size_t last,
                        struct peer_answer *answer)
{
    size_t shift = file->other_range ? 1 : 0;

    answer->first = first + shift;
    answer->bytes = last - first + 1;
    if (file->short_parts > 0 && answer->bytes > file->short_parts)
        answer->bytes = file->short_parts;
    snprintf(
        answer->head, sizeof(answer->head),
        "HTTP/1.1 206 Partial Content\r\nContent-Length: %zu\r\nContent-Range: %s %zu-%zu/%zu\r\n",
        answer->bytes, file->bad_range ? "blocks" : "bytes", first + shift,
        first + shift + answer->bytes - 1, file->bytes + (file->other_size ? first + 1 : 0));
}

static void answer_all(const struct peer_file *file, struct peer_answer *answer)
{
    size_t said = file->said_bytes > 0 ? file->said_bytes : file->bytes;

    answer->first = 0;
    answer->bytes = file->bytes;
    snprintf(answer->head, sizeof(answer->head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n",
             said);
}

void peer_file_answer(struct peer_file *file, const char *request, struct peer_answer *answer)
{
    bool later = file->changes_after > 0 && file->requests >= file->changes_after;
    const char *etag = later ? file->later_etag : file->etag;
    size_t first, last;

    file->requests++;
    answer->slow = file->slow;
    answer->ending = PEER_STAY;
    answer->version = later != file->wrong_bytes;
    if (file->requests <= file->busy) {
        snprintf(answer->head, sizeof(answer->head), "%s", file->busy_answer);
        answer->bytes = 0;
        return;
    }
    if (file->no_ranges || !read_range(request, file->bytes, &first, &last) ||
        !is_version(request, etag)) {
        answer_all(file, answer);
    } else if (first > last) {
        snprintf(answer->head, sizeof(answer->head),
                 "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n");
        answer->bytes = 0;
    } else {
        answer_part(file, first, last, answer);
    }
    add_etag(answer, etag);
    if (file->break_after > 0 && answer->bytes > file->break_after &&
        (file->breaks == 0 || file->broken < file->breaks)) {
        file->broken++;
        answer->bytes = file->break_after;
        answer->ending = file->ending;
    } else if (file->said_bytes > 0) {
        answer->ending = PEER_CLOSE;
    }
}
