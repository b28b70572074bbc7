#include "parts.h"

#include "message.h"
#include "root.h"
#include "tree.h"
#include "unpack.h"
#include "zstd-frame.h"

/* How much is unpacked between two looks at the free memory, and what has to be left of it. */
#define LOOK_BYTES    ((size_t)4 << 20)
#define RESERVE_BYTES ((uint64_t)6 << 20)

struct part {
    struct zstd_output output; /* first, for the conversion back */
    struct leaf *leaf;
    struct cpio_reader *reader;
    struct source *source;
    size_t unseen_bytes; /* unpacked since the last look at the free memory */
};

/*
 * Out of memory ends in a panic without a reason, as there is nothing to kill but us: better to
 * stop in time. All memory that is not free holds the root itself.
 */
static enum status look_at_memory(struct part *part, size_t unpacked_bytes)
{
    struct sysinfo info;

    part->unseen_bytes += unpacked_bytes;
    if (part->unseen_bytes < LOOK_BYTES)
        return STATUS_OK;
    part->unseen_bytes = 0;
    if (system_info(&info) || (uint64_t)info.freeram * info.mem_unit >= RESERVE_BYTES)
        return STATUS_OK;
    (void)leaf_fail(part->leaf, "this machine's memory is too small for the root", NULL, -ENOMEM);
    return STATUS_LEAF_ROOT;
}

/* Decompressed bytes: only archives may be in them. */
static enum status write(struct zstd_output *output, struct bytes bytes)
{
    struct part *part = (struct part *)(void *)output;
    enum status st = look_at_memory(part, bytes.size);

    if (!st)
        st = cpio_reader_feed(part->reader, &bytes);
    if (!st && bytes.size > 0)
        st = STATUS_ARCHIVE_MALFORMED;
    return st;
}

/* An uncompressed archive, or zeros. */
static enum status feed_plain(struct part *part, struct bytes ready)
{
    struct bytes rest = ready;
    enum status st = look_at_memory(part, ready.size);

    if (!st)
        st = cpio_reader_feed(part->reader, &rest);
    source_take(part->source, ready.size - rest.size);
    return !st && rest.size == ready.size ? STATUS_ARCHIVE_FORMAT : st;
}

static enum status unpack_segments(struct part *part, struct zstd_frame *frame, struct arena *arena)
{
    enum status st = STATUS_OK;
    bool was_frame = false;
    struct bytes ready;

    while (!st && (ready = source_peek(part->source, ZSTD_FRAME_MAGIC_BYTES)).size > 0) {
        bool is_inside = cpio_reader_is_inside(part->reader);
        bool is_frame = zstd_frame_begins(ready) && (was_frame || !is_inside);

        /* A frame's contents are a stream of their own, unless an archive spans two frames. */
        if (is_frame && !is_inside)
            cpio_reader_align(part->reader, 0);
        else if (was_frame && !is_inside)
            cpio_reader_align(part->reader, source_offset(part->source));
        st = is_frame ? zstd_frame_decompress(frame, arena, part->source, &part->output)
                      : feed_plain(part, ready);
        was_frame = is_frame;
    }
    if (!st && (part->source->error || cpio_reader_is_inside(part->reader)))
        st = STATUS_ARCHIVE_TRUNCATED;
    return st;
}

static int unpack_part(struct part *part, struct arena *arena, struct zstd_frame *frame,
                       const char *name)
{
    struct statx stat;
    enum status st;
    int file = system_open(part->leaf->rootfs, name, O_RDWR, 0);
    int error = file < 0 ? file : system_stat(file, "", &stat);

    if (error < 0)
        return leaf_fail(part->leaf, "a part could not be opened", name, error);
    source_begin(part->source, file, stat.stx_size);
    st = unpack_segments(part, frame, arena);
    source_end(part->source);
    (void)system_remove(part->leaf->rootfs, name, 0);
    return st ? leaf_fail_status(part->leaf, name, st) : 0;
}

/* Unpacks all parts below this process's root directory. */
static int unpack_parts(struct leaf *leaf, struct unpack *unpack)
{
    static struct cpio_reader reader;
    struct zstd_frame frame = { .is_verified = leaf->config.is_verified };
    struct source source = { 0 };
    int error = 0;

    for (unsigned int i = 0; !error && i < leaf->config.part_count; i++) {
        struct part part = {
            .output = { write }, .leaf = leaf, .reader = &reader, .source = &source
        };
        char name[sizeof(LEAF_PART_NAME)];

        leaf_part_name(i, name);
        cpio_reader_begin(&reader, &unpack->receiver);
        leaf->parts_begun = true;
        error = unpack_part(&part, unpack->arena, &frame, name);
    }
    unpack_finish(unpack);
    return error;
}

/* The tmpfs is full: everything goes back into rootfs, where the kernel would have put it. */
static bool move_on(struct unpack *unpack)
{
    struct leaf *leaf = unpack->leaf;

    if (leaf->root < 0 || leaf->config.onfail == LEAF_ONFAIL_PANIC)
        return false;
    (void)leaf_fail(leaf, "the leaf root is too small", NULL, -ENOSPC);
    message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
    text_clear(&leaf->why);
    leaf->rootfs_is_whole = false;
    return !root_enter(leaf, leaf->rootfs) && !tree_clear(leaf, leaf->rootfs, LEAF_DIRECTORY) &&
           !root_give_back(leaf, unpack->arena, true);
}

static bool stay(struct unpack *unpack)
{
    (void)unpack;
    return false;
}

int parts_fill(struct leaf *leaf, struct arena *arena)
{
    static struct unpack unpack;
    /* What is little can stay until the parts are known to be good. */
    bool keep = root_is_small(leaf);
    int error, entered;

    unpack_begin(&unpack, leaf, arena, move_on);
    if (!keep && (error = root_check_room(leaf)))
        return error;
    if ((error = root_take_over(leaf, arena, keep, &unpack.has_set_group)))
        return error;
    leaf->rootfs_is_whole = keep;
    if ((error = root_enter(leaf, leaf->root)))
        return error;
    error = unpack_parts(leaf, &unpack);
    entered = root_enter(leaf, leaf->rootfs);
    return error ? error : entered;
}

int parts_fall_back(struct leaf *leaf, struct arena *arena)
{
    static struct unpack unpack;
    int error = 0;

    if (leaf->root >= 0)
        root_discard(leaf);
    if (leaf->parts_begun && !leaf->rootfs_is_whole) {
        (void)leaf_fail(leaf, "no whole root is left to go on with", NULL, 0);
        return -ENOENT;
    }
    if (leaf->config.part_count > 0 && !leaf->parts_begun) {
        unpack_begin(&unpack, leaf, arena, stay);
        unpack.has_set_group = true; /* not known: owners are always set */
        error = unpack_parts(leaf, &unpack);
    }
    return error;
}
