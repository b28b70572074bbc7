#include "mirror-url.h"

/* Of a path and query: how much of it is the folder, its slash included. */
static size_t folder_bytes(struct bytes target)
{
    size_t end = 0;

    for (size_t i = 0; i < target.size && target.data[i] != '?'; i++)
        if (target.data[i] == '/')
            end = i + 1;
    return end;
}

/* What follows base's folder in the file's URL; else its path without the first slash. */
static struct bytes below(struct bytes base, const struct url *file)
{
    char memory[200];
    struct text ignored = TEXT(memory);
    struct url origin;
    struct bytes folder;

    if (!url_parse(base, &ignored, &origin)) {
        folder = bytes_first(origin.target, folder_bytes(origin.target));
        if (origin.port == file->port && bytes_equal_without_case(origin.host, file->host) &&
            bytes_start_with(file->target, folder))
            return bytes_from(file->target, folder.size);
    }
    return bytes_from(file->target, 1);
}

enum status mirror_url(struct bytes base, struct bytes url, struct bytes mirror,
                       struct text *detail, struct text *ret_url)
{
    char memory[URL_MAX_BYTES];
    struct text joined = TEXT(memory);
    struct bytes folder;
    struct url file;
    size_t end = 0;
    enum status st;

    if ((st = url_parse(url, detail, &file)))
        return st;
    if ((st = url_resolve(base, mirror, detail, &joined)))
        return st;
    while (end < joined.size && joined.data[end] != '?' && joined.data[end] != '#')
        end++;
    joined.size = end;
    folder = text_bytes(&joined);
    if (folder.data[folder.size - 1] != '/')
        text_add(&joined, "/");
    text_add_bytes(&joined, below(base, &file));
    if (joined.truncated) {
        text_add_quoted(detail, mirror);
        text_add(detail, " with the path of the file behind it is too long");
        return STATUS_URL_TOO_LONG;
    }
    return url_resolve((struct bytes){ NULL, 0 }, text_bytes(&joined), detail, ret_url);
}
