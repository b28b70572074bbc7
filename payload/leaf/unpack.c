#include "unpack.h"

#include "file.h"

#define PAGE_BYTES 4096u

struct unpack_directory {
    struct unpack_directory *next;
    uint32_t mtime_s;
    const char *name;
};

static struct unpack *from_receiver(struct cpio_receiver *receiver)
{
    return (struct unpack *)(void *)receiver;
}

static bool is_full(int error)
{
    return error == -ENOSPC || error == -ENOMEM || error == -EDQUOT;
}

static enum status fail(struct unpack *unpack, int error)
{
    (void)leaf_fail(unpack->leaf, "this could not be unpacked:", unpack->name, error);
    return STATUS_LEAF_ROOT;
}

static uint32_t type(const struct unpack *unpack)
{
    return unpack->member.mode & CPIO_TYPE_MASK;
}

static uint32_t permissions(const struct unpack *unpack)
{
    return unpack->member.mode & CPIO_PERMISSIONS_MASK;
}

/* Removes what has the name; with a type, only if it is of another. */
static void make_way(const char *name, uint32_t but_type)
{
    struct statx stat;

    if (system_stat(AT_FDCWD, name, &stat) || (stat.stx_mode & CPIO_TYPE_MASK) == but_type)
        return;
    (void)system_remove(AT_FDCWD, name,
                        (stat.stx_mode & CPIO_TYPE_MASK) == CPIO_TYPE_DIRECTORY ? AT_REMOVEDIR : 0);
}

static void date(int at, const char *name, uint32_t mtime_s)
{
    const struct __kernel_timespec times[2] = { { .tv_sec = mtime_s }, { .tv_sec = mtime_s } };

    (void)system_date(at, name, times);
}

/* Whether owner and mode are not what making the file gave it. */
static bool has_owner(const struct unpack *unpack)
{
    return unpack->has_set_group || unpack->member.user != 0 || unpack->member.group != 0;
}

/* By path, where making may have found something that was there. */
static void own(const struct unpack *unpack)
{
    (void)system_own(AT_FDCWD, unpack->name, unpack->member.user, unpack->member.group);
    (void)system_permit_at(AT_FDCWD, unpack->name, permissions(unpack));
}

/* The second and further members of one file become links to the first one's name. */
static int make_link(struct unpack *unpack, bool *ret_linked)
{
    const struct cpio_member *member = &unpack->member;
    uint64_t device = (uint64_t)member->device_major << 32 | member->device_minor;
    uint64_t file = (uint64_t)type(unpack) << 32 | member->inode;
    const char *first;

    *ret_linked = false;
    if (member->links < 2)
        return 0;
    first = links_find(&unpack->links, file, device);
    if (first) {
        make_way(unpack->name, 0);
        *ret_linked = true;
        return system_link(AT_FDCWD, first, AT_FDCWD, unpack->name);
    }
    first = arena_join(unpack->arena, bytes_of_string(unpack->name), BYTES(""));
    return first && links_add(&unpack->links, file, device, first) ? 0 : -ENOMEM;
}

static int open_file(struct unpack *unpack, bool linked)
{
    int fd = -EEXIST;

    unpack->is_sparse = !linked;
    if (!linked)
        fd = system_open(AT_FDCWD, unpack->name, O_WRONLY | O_CREAT | O_EXCL, permissions(unpack));
    if (fd != -EEXIST)
        return fd;
    if (!linked)
        make_way(unpack->name, CPIO_TYPE_FILE);
    fd = system_open(AT_FDCWD, unpack->name, O_WRONLY | O_CREAT | (linked ? 0 : O_TRUNC),
                     permissions(unpack));
    if (fd >= 0) {
        (void)system_own(fd, "", unpack->member.user, unpack->member.group);
        (void)system_permit(fd, permissions(unpack));
    }
    return fd;
}

static int make_file(struct unpack *unpack)
{
    bool linked;
    int fd = make_link(unpack, &linked);

    if (!fd)
        fd = open_file(unpack, linked);
    if (fd < 0)
        return fd;
    if (!linked && has_owner(unpack)) {
        (void)system_own(fd, "", unpack->member.user, unpack->member.group);
        (void)system_permit(fd, permissions(unpack));
    }
    unpack->file = fd;
    return 0;
}

static int make_directory(struct unpack *unpack)
{
    struct unpack_directory *directory = arena_take(unpack->arena, sizeof(*directory));
    int error = system_make_directory(AT_FDCWD, unpack->name, permissions(unpack));

    if (!directory)
        return -ENOMEM;
    if (error == -EEXIST) {
        make_way(unpack->name, CPIO_TYPE_DIRECTORY);
        error = system_make_directory(AT_FDCWD, unpack->name, permissions(unpack));
    }
    if (error && error != -EEXIST)
        return error;
    if (error || has_owner(unpack) || (permissions(unpack) & 06000u))
        own(unpack);
    if (permissions(unpack) & 02000u)
        unpack->has_set_group = true;
    directory->name = arena_join(unpack->arena, bytes_of_string(unpack->name), BYTES(""));
    if (!directory->name)
        return -ENOMEM;
    directory->mtime_s = unpack->member.mtime_s;
    directory->next = unpack->directories;
    unpack->directories = directory;
    return 0;
}

static int make_node(struct unpack *unpack)
{
    bool linked;
    int error;

    make_way(unpack->name, type(unpack));
    error = make_link(unpack, &linked);
    if (error || linked)
        return error;
    error = system_make_node(AT_FDCWD, unpack->name, unpack->member.mode,
                             system_device(unpack->member.node_major, unpack->member.node_minor));
    if (error && error != -EEXIST)
        return error;
    own(unpack);
    date(AT_FDCWD, unpack->name, unpack->member.mtime_s);
    return 0;
}

static int make_symlink(struct unpack *unpack)
{
    int error;

    unpack->target[unpack->offset] = 0;
    error = system_make_symlink(unpack->target, AT_FDCWD, unpack->name);
    if (error == -EEXIST) {
        make_way(unpack->name, 0);
        error = system_make_symlink(unpack->target, AT_FDCWD, unpack->name);
    }
    if (error)
        return error;
    if (has_owner(unpack))
        (void)system_own(AT_FDCWD, unpack->name, unpack->member.user, unpack->member.group);
    date(AT_FDCWD, unpack->name, unpack->member.mtime_s);
    return 0;
}

static int make(struct unpack *unpack)
{
    switch (type(unpack)) {
    case CPIO_TYPE_FILE:
        return make_file(unpack);
    case CPIO_TYPE_DIRECTORY:
        return make_directory(unpack);
    case CPIO_TYPE_BLOCK:
    case CPIO_TYPE_CHARACTER:
    case CPIO_TYPE_FIFO:
    case CPIO_TYPE_SOCKET:
        return make_node(unpack);
    }
    return 0; /* a symbolic link waits for its target; other types do not exist */
}

/* Tries again where there is more space. */
static int make_somewhere(struct unpack *unpack, int (*make_it)(struct unpack *))
{
    int error = make_it(unpack);

    if (is_full(error) && unpack->move_on(unpack))
        error = make_it(unpack);
    return is_full(error) ? error : 0;
}

static enum status member(struct cpio_receiver *receiver, const struct cpio_member *member,
                          struct bytes name)
{
    struct unpack *unpack = from_receiver(receiver);
    int error;

    unpack->member = *member;
    memcpy(unpack->name, name.data, name.size + 1);
    unpack->offset = 0;
    unpack->written_end = 0;
    unpack->file = -1;
    error = make_somewhere(unpack, make);
    return error ? fail(unpack, error) : STATUS_OK;
}

/* The file under way, after all of it was moved to another root. */
static int reopen(struct unpack *unpack)
{
    system_close(unpack->file);
    unpack->file = system_open(AT_FDCWD, unpack->name, O_WRONLY, 0);
    return unpack->file < 0 ? unpack->file : 0;
}

static int write_out(struct unpack *unpack, struct bytes bytes, uint64_t offset)
{
    int error = file_write_at(unpack->file, bytes, offset);

    if (is_full(error) && unpack->move_on(unpack)) {
        error = reopen(unpack);
        if (!error)
            error = file_write_at(unpack->file, bytes, offset);
    }
    if (!error)
        unpack->written_end = offset + bytes.size;
    return error;
}

static bool is_zero(const uint8_t *page)
{
    uint64_t first;

    memcpy(&first, page, sizeof(first));
    return first == 0 && memcmp(page, page + sizeof(first), PAGE_BYTES - sizeof(first)) == 0;
}

/* Pages of zeros become holes: they cost no memory, and read as the same. */
static int write_contents(struct unpack *unpack, struct bytes piece)
{
    uint64_t offset = unpack->offset;

    while (piece.size > 0) {
        size_t size = 0;
        int error;

        while (unpack->is_sparse && offset % PAGE_BYTES == 0 && piece.size >= PAGE_BYTES &&
               is_zero(piece.data)) {
            piece = bytes_from(piece, PAGE_BYTES);
            offset += PAGE_BYTES;
        }
        /* As much as there is up to the next page of zeros. */
        while (size < piece.size) {
            size_t next = PAGE_BYTES - (size_t)((offset + size) % PAGE_BYTES);

            if (unpack->is_sparse && size > 0 && next == PAGE_BYTES &&
                piece.size - size >= PAGE_BYTES && is_zero(piece.data + size))
                break;
            size += next < piece.size - size ? next : piece.size - size;
        }
        if (size == 0)
            break;
        error = write_out(unpack, bytes_first(piece, size), offset);
        if (error)
            return error;
        piece = bytes_from(piece, size);
        offset += size;
    }
    return 0;
}

static enum status contents(struct cpio_receiver *receiver, struct bytes piece)
{
    struct unpack *unpack = from_receiver(receiver);
    int error = 0;

    if (unpack->file >= 0)
        error = write_contents(unpack, piece);
    else if (type(unpack) == CPIO_TYPE_SYMLINK &&
             piece.size < sizeof(unpack->target) - unpack->offset)
        memcpy(unpack->target + unpack->offset, piece.data, piece.size);
    unpack->offset += piece.size;
    return error ? fail(unpack, error) : STATUS_OK;
}

static enum status end(struct cpio_receiver *receiver)
{
    struct unpack *unpack = from_receiver(receiver);
    int error = 0;

    if (unpack->file >= 0) {
        if (unpack->offset > unpack->written_end && unpack->is_sparse)
            error = system_truncate(unpack->file, unpack->offset);
        date(unpack->file, NULL, unpack->member.mtime_s);
        system_close(unpack->file);
        unpack->file = -1;
    } else if (type(unpack) == CPIO_TYPE_SYMLINK && unpack->offset < sizeof(unpack->target)) {
        error = make_somewhere(unpack, make_symlink);
    }
    return error ? fail(unpack, error) : STATUS_OK;
}

static enum status trailer(struct cpio_receiver *receiver)
{
    links_clear(&from_receiver(receiver)->links);
    return STATUS_OK;
}

void unpack_begin(struct unpack *unpack, struct leaf *leaf, struct arena *arena,
                  bool (*move_on)(struct unpack *unpack))
{
    memset(unpack, 0, sizeof(*unpack));
    unpack->receiver = (struct cpio_receiver){ member, contents, end, trailer };
    unpack->leaf = leaf;
    unpack->arena = arena;
    unpack->move_on = move_on;
    unpack->links.arena = arena;
    unpack->file = -1;
}

/* The last mention first, so that the first mention of a directory decides, as in the kernel. */
void unpack_finish(struct unpack *unpack)
{
    for (struct unpack_directory *at = unpack->directories; at; at = at->next)
        date(AT_FDCWD, at->name, at->mtime_s);
}
