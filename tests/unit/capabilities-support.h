/* Shared by the tests of kernel images' capabilities. */
#ifndef TESTS_UNIT_CAPABILITIES_SUPPORT_H
#define TESTS_UNIT_CAPABILITIES_SUPPORT_H

#include "payload/capabilities.h"
#include "support.h"

/* Made by tests/unit/make-images.py */
#define IMAGES "tests/fuzz/corpus/capabilities/"

/* Counts what is taken, and refuses the request number `refuse` (from 1) when it is not 0. */
struct counting {
    struct allocator allocator;
    size_t now_bytes, peak_bytes;
    unsigned int requests, refuse;
    struct pause pause;
    unsigned int pauses;
};

static inline void counting_pause(void *context)
{
    ((struct counting *)context)->pauses++;
}

static inline void *counting_allocate(void *context, size_t size_bytes)
{
    struct counting *counting = context;
    size_t *memory;

    assert_true(size_bytes > 0);
    if (++counting->requests == counting->refuse)
        return NULL;
    memory = malloc(16 + size_bytes);
    assert_non_null(memory);
    memory[0] = size_bytes;
    counting->now_bytes += size_bytes;
    if (counting->now_bytes > counting->peak_bytes)
        counting->peak_bytes = counting->now_bytes;
    return (uint8_t *)memory + 16;
}

static inline void counting_release(void *context, void *memory)
{
    struct counting *counting = context;

    if (!memory)
        return;
    counting->now_bytes -= *(size_t *)(void *)((uint8_t *)memory - 16);
    free((uint8_t *)memory - 16);
}

static inline struct capabilities read_counting(struct bytes image, struct counting *counting)
{
    struct capabilities capabilities;
    struct buffer copy = exact_copy(image);

    counting->allocator = (struct allocator){ counting_allocate, counting_release, counting };
    counting->now_bytes = counting->peak_bytes = counting->requests = counting->pauses = 0;
    counting->pause = (struct pause){ counting_pause, counting };
    capabilities = capabilities_read(buffer_bytes(copy), &counting->allocator, &counting->pause);
    assert_int_equal(counting->now_bytes, 0);
    free(copy.data);
    if (!capabilities.known) {
        assert_non_null(capabilities.fault);
        assert_false(capabilities.nullfs || capabilities.nullfs_rootfs ||
                     capabilities.immutable_rootfs || capabilities.nonroot_initramfs ||
                     capabilities.initramfs_options);
    }
    return capabilities;
}

static inline struct capabilities read_image(struct bytes image)
{
    struct counting counting = { .refuse = 0 };

    return read_counting(image, &counting);
}

static inline void assert_describes(const struct capabilities *capabilities, const char *expected)
{
    char memory[CAPABILITIES_TEXT_MAX_BYTES];
    struct text text = TEXT(memory);

    capabilities_describe(capabilities, &text);
    assert_false(text.truncated);
    assert_bytes(text_bytes(&text), expected);
}

static inline struct buffer read_file(const char *path)
{
    struct buffer content = { NULL, 0 };
    FILE *file = fopen(path, "rb");
    long size;

    if (!file)
        fail_msg("%s can't be opened", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    content = (struct buffer){ malloc((size_t)size), (size_t)size };
    assert_non_null(content.data);
    assert_int_equal(fread(content.data, 1, content.size, file), content.size);
    fclose(file);
    return content;
}

static inline struct buffer read_fixture(const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), IMAGES "%s", name);
    return read_file(path);
}

#endif
