/*
 * Writes the initrd that the loader would hand over, with its own generator:
 *     leaf-initrd PROGRAM OUTPUT [init=PATH] [flags=OPTIONS] [onfail=continue]
 *                 [verified=yes] [plain=FILE] [part=FILE]
 * plain: a blob as it is; part: a wrapped one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/leaf-archive.h"

/* All memory stays reachable until the end. */
static uint8_t *taken[200];
static size_t taken_count;

static uint8_t *take(size_t size)
{
    return taken[taken_count++] = malloc(size);
}

static struct bytes load(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct bytes bytes;
    uint8_t *data;

    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    bytes.size = (size_t)ftell(file);
    rewind(file);
    data = take(bytes.size + 1);
    if (fread(data, 1, bytes.size, file) != bytes.size)
        exit(1);
    fclose(file);
    bytes.data = data;
    return bytes;
}

static void check(enum status st)
{
    if (st) {
        fprintf(stderr, "leaf-initrd: %s\n", status_sentence(st));
        exit(1);
    }
}

static size_t written;

static void put(FILE *output, struct bytes bytes)
{
    fwrite(bytes.data, 1, bytes.size, output);
    written += bytes.size;
}

static void put_padded(FILE *output, struct bytes bytes)
{
    put(output, bytes);
    while (written % 4)
        put(output, (struct bytes){ (const uint8_t *)"", 1 });
}

static void put_part(FILE *output, unsigned int index, struct bytes blob)
{
    uint8_t head[LEAF_PART_HEAD_BYTES], tail[LEAF_PART_TAIL_MAX];

    check(leaf_part_head(index, blob.size, head));
    leaf_part_tail(blob.size, tail);
    put(output, (struct bytes){ head, sizeof(head) });
    put(output, blob);
    put(output, (struct bytes){ tail, leaf_part_tail_bytes(blob.size) });
}

int main(int argc, char **argv)
{
    static struct leaf_config config;
    struct bytes program = load(argv[1]);
    FILE *output = fopen(argv[2], "wb");
    unsigned int part = 0;
    struct buffer archive;

    for (int i = 3; i < argc; i++) {
        struct bytes value = bytes_of_string(strchr(argv[i], '=') + 1);

        if (!strncmp(argv[i], "init=", 5))
            config.init = value;
        else if (!strncmp(argv[i], "flags=", 6))
            config.flags = value;
        else if (!strcmp(argv[i], "onfail=continue"))
            config.onfail = LEAF_ONFAIL_CONTINUE;
        else if (!strcmp(argv[i], "verified=yes"))
            config.is_verified = true;
        else if (!strncmp(argv[i], "part=", 5))
            config.part_count++;
    }
    check(leaf_archive_size(&config, program, &archive.size));
    archive.data = take(archive.size);
    check(leaf_archive_write(&config, program, archive));
    put(output, (struct bytes){ archive.data, archive.size });
    for (int i = 3; i < argc; i++) {
        if (!strncmp(argv[i], "plain=", 6))
            put_padded(output, load(argv[i] + 6));
        else if (!strncmp(argv[i], "part=", 5))
            put_part(output, part++, load(argv[i] + 5));
    }
    return fclose(output) ? 1 : 0;
}
