/*
 * Runs a fuzz target over files, or over every file in folders, without libFuzzer: this is
 * how the corpora are checked by every test run. Fails when there was nothing to replay.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longest path, in bytes with its NUL. */
#define PATH_BYTES 4096

static int failed(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", path, what, strerror(errno));
    return -1;
}

static int replay_bytes(FILE *file, size_t size)
{
    /* Exactly as large as the input, so that the address sanitizer sees its end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    size_t read = data ? fread(data, 1, size, file) : 0;

    if (!data || read != size) {
        free(data);
        return -1;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

/* Returns how many inputs were replayed, or -1. */
static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    int count;

    if (!file)
        return failed(path, "can't be opened");
    count = replay_bytes(file, size);
    fclose(file);
    return count < 0 ? failed(path, "can't be read") : count;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int total = 0;

    if (!folder)
        return failed(path, "can't be opened");
    while (total >= 0 && (entry = readdir(folder))) {
        char inner[PATH_BYTES];
        int count;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        count = replay(inner);
        total = count < 0 ? -1 : total + count;
    }
    closedir(folder);
    return total;
}

static int replay(const char *path)
{
    struct stat about;

    if (stat(path, &about))
        return failed(path, "can't be found");
    if (S_ISDIR(about.st_mode))
        return replay_folder(path);
    return replay_file(path, (size_t)about.st_size);
}

int main(int argc, char **argv)
{
    int total = 0;

    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);

        if (count < 0)
            return 1;
        total += count;
    }
    printf("%s: %d inputs replayed\n", argv[0], total);
    return total > 0 ? 0 : 1;
}
