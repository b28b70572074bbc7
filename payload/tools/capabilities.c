/*
 * Prints a line for each kernel image: the file's name, its mechanisms, how they were learnt,
 * and the milliseconds that took. Exits with 1 when a file can't be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "payload/capabilities.h"

static void *allocate(void *context, size_t size_bytes)
{
    (void)context;
    return malloc(size_bytes);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

/* The file's content, to be freed; data is NULL when it can't be read. */
static struct buffer read_file(const char *name)
{
    struct buffer content = { NULL, 0 };
    FILE *file = fopen(name, "rb");
    long size;

    if (!file)
        return content;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0 &&
        fseek(file, 0, SEEK_SET) == 0 && (content.data = malloc((size_t)size))) {
        content.size = (size_t)size;
        if (fread(content.data, 1, content.size, file) != content.size) {
            free(content.data);
            content.data = NULL;
        }
    }
    fclose(file);
    return content;
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int count, char **names)
{
    static const struct allocator allocator = { allocate, release, NULL };
    int result = 0;

    for (int i = 1; i < count; i++) {
        struct buffer image = read_file(names[i]);
        char memory[CAPABILITIES_TEXT_MAX_BYTES];
        struct text text = TEXT(memory);
        struct capabilities capabilities;
        double start_ms = now_ms();

        if (!image.data) {
            perror(names[i]);
            result = 1;
            continue;
        }
        capabilities = capabilities_read((struct bytes){ image.data, image.size }, &allocator,
                                         &(struct pause){ NULL, NULL });
        capabilities_describe(&capabilities, &text);
        printf("%s: %.*s, %.0f ms\n", names[i], (int)text.size, text.data, now_ms() - start_ms);
        free(image.data);
    }
    return result;
}
