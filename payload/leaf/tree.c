#include "tree.h"

#include "attributes.h"
#include "file.h"

/* A name of PATH_MAX bytes cannot have more levels than this. */
#define DEPTH_MAX     2048u
#define ENTRIES_BYTES 2048u
#define PATH_BYTES    4096u

#define TYPE_DIRECTORY 4 /* of struct system_entry */
#define TYPE_FILE      8

/* Where a walk is. */
struct walk {
    struct tree *tree;
    struct links links;
    struct buffer buffer;
    uint32_t device_major, device_minor; /* of the filesystem that is moved */
    size_t path_bytes;
    char path[PATH_BYTES]; /* of the current file, relative to the top; NUL-terminated */
};

/* One name in a directory that is being walked. */
struct name {
    int from; /* the directories */
    int to;
    const char *name;
};

static int fail(struct walk *walk, const char *what, int error)
{
    return leaf_fail(walk->tree->leaf, what, walk->path, error);
}

static int paths_copy_attributes(struct walk *walk)
{
    char from[PATH_BYTES + 64], to[PATH_BYTES + 64];
    struct text text[2] = { TEXT(from), TEXT(to) };

    for (size_t i = 0; i < 2; i++) {
        text_add(&text[i], i ? walk->tree->to_path : walk->tree->from_path);
        text_add(&text[i], "/");
        text_add(&text[i], walk->path);
        text_add_bytes(&text[i], (struct bytes){ (const uint8_t *)"", 1 });
        if (text[i].truncated)
            return -ENAMETOOLONG;
    }
    return attributes_copy_of(from, to);
}

/* A further name of a file that has been moved already. */
static int link_name(struct walk *walk, struct name at, const char *path)
{
    int error = system_link(walk->tree->to, path, at.to, at.name);

    return error && error != -EEXIST ? fail(walk, "a hard link could not be made", error) : 0;
}

static int remember(struct walk *walk, const struct statx *stat)
{
    const char *path = arena_join(walk->tree->arena, bytes_of_string(walk->path), BYTES(""));

    if (!path || !links_add(&walk->links, stat->stx_ino, 0, path))
        return fail(walk, "a hard link could not be remembered", -ENOMEM);
    return 0;
}

static int fill_file(struct walk *walk, int from, int to, const struct statx *stat)
{
    struct file_move move = { .from = from,
                              .to = to,
                              .stat = stat,
                              .buffer = walk->buffer,
                              .keep = walk->tree->keep,
                              .release = stat->stx_nlink > 1 };
    int error = attributes_own(to, stat, stat->stx_mode & 07777u);

    if (!error)
        error = file_move(&move);
    if (!error)
        error = attributes_copy(from, to);
    if (!error)
        error = attributes_date(to, NULL, stat);
    return error;
}

static int move_file(struct walk *walk, struct name at)
{
    struct statx stat;
    const char *known;
    int from, to, error;

    from = system_open(at.from, at.name,
                       (walk->tree->keep ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK, 0);
    if (from < 0)
        return fail(walk, "a file could not be opened", from);
    error = system_stat_open(from, &stat);
    known = error ? NULL : links_find(&walk->links, stat.stx_ino, 0);
    if (error || known) {
        system_close(from);
        return error ? fail(walk, "a file could not be examined", error)
                     : link_name(walk, at, known);
    }
    to = system_open(at.to, at.name, O_RDWR | O_CREAT | O_NOFOLLOW, stat.stx_mode & 07777u);
    error = to < 0 ? to : fill_file(walk, from, to, &stat);
    system_close(from);
    if (to >= 0)
        system_close(to);
    if (error) {
        (void)system_remove(at.to, at.name, 0);
        return fail(walk, "a file could not be moved", error);
    }
    if (stat.stx_nlink > 1)
        return remember(walk, &stat);
    return walk->tree->keep ? 0 : system_remove(at.from, at.name, 0);
}

static int make_special(struct walk *walk, struct name at, const struct statx *stat)
{
    char target[PATH_BYTES + 1];
    int64_t size;

    if ((stat->stx_mode & CPIO_TYPE_MASK) != CPIO_TYPE_SYMLINK)
        return system_make_node(at.to, at.name, stat->stx_mode,
                                system_device(stat->stx_rdev_major, stat->stx_rdev_minor));
    size = system_read_symlink(at.from, at.name, target, sizeof(target) - 1);
    if (size < 0)
        return (int)size;
    target[size] = 0;
    (void)walk;
    return system_make_symlink(target, at.to, at.name);
}

/* Symbolic links, device nodes, fifos, sockets. */
static int move_special(struct walk *walk, struct name at)
{
    struct statx stat;
    const char *known;
    int error = system_stat(at.from, at.name, &stat);

    if (error)
        return fail(walk, "a file could not be examined", error);
    known = links_find(&walk->links, stat.stx_ino, 0);
    if (known)
        return link_name(walk, at, known);
    error = make_special(walk, at, &stat);
    if (error == -EEXIST)
        error = 0;
    if (!error && (stat.stx_uid != 0 || stat.stx_gid != 0))
        error = system_own(at.to, at.name, stat.stx_uid, stat.stx_gid);
    if (!error && (stat.stx_mode & CPIO_TYPE_MASK) != CPIO_TYPE_SYMLINK && (stat.stx_mode & 07000u))
        error = system_permit_at(at.to, at.name, stat.stx_mode & 07777u);
    if (!error)
        error = paths_copy_attributes(walk);
    if (!error)
        error = attributes_date(at.to, at.name, &stat);
    if (error)
        return fail(walk, "a special file could not be moved", error);
    if (stat.stx_nlink > 1)
        return remember(walk, &stat);
    return walk->tree->keep ? 0 : system_remove(at.from, at.name, 0);
}

static int move_entries(struct walk *walk, int from, int to, unsigned int depth);

/*
 * What a directory has comes behind what is in it: the group of a set-group-ID directory would
 * be passed on, and times would change. Even after a failure, since taking it back reads this.
 */
static int fill_directory(struct walk *walk, int from, int to, const struct statx *stat,
                          unsigned int depth)
{
    int first = 0, error;

    if (stat->stx_dev_major == walk->device_major && stat->stx_dev_minor == walk->device_minor)
        first = move_entries(walk, from, to, depth + 1);
    else
        first = fail(walk, "another filesystem is mounted", -EBUSY);
    error = attributes_own(to, stat, 0700);
    if (!error)
        error = attributes_copy(from, to);
    if (!error)
        error = attributes_date(to, NULL, stat);
    if (first)
        return first;
    return error ? fail(walk, "a directory could not be moved", error) : 0;
}

static int move_directory(struct walk *walk, struct name at, unsigned int depth)
{
    struct statx stat;
    int error, from, to;

    if (depth == DEPTH_MAX)
        return fail(walk, "directories are nested too deeply", -ELOOP);
    from = system_open(at.from, at.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (from < 0)
        return fail(walk, "a directory could not be opened", from);
    error = system_stat(from, "", &stat);
    if (!error)
        error = system_make_directory(at.to, at.name, 0700);
    if (error == -EEXIST)
        error = 0;
    to = error ? error : system_open(at.to, at.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (to >= 0) {
        if (stat.stx_mode & 02000u)
            walk->tree->has_set_group = true;
        error = fill_directory(walk, from, to, &stat, depth);
        system_close(to);
    } else {
        error = fail(walk, "a directory could not be made", to);
    }
    system_close(from);
    /* Names of files with several links may still be in it. */
    if (!error && !walk->tree->keep)
        (void)system_remove(at.from, at.name, AT_REMOVEDIR);
    return error;
}

static bool is_skipped(const char *name, unsigned int depth)
{
    if (name[0] != '.')
        return false;
    return name[1] == 0 || (name[1] == '.' && name[2] == 0) ||
           (depth == 0 && strcmp(name, LEAF_DIRECTORY) == 0);
}

static int move_entry(struct walk *walk, struct name at, uint8_t type, unsigned int depth)
{
    size_t before = walk->path_bytes;
    size_t size = strlen(at.name);
    int error;

    if (size + 2 > PATH_BYTES - before)
        return fail(walk, "a path is too long", -ENAMETOOLONG);
    if (before > 0)
        walk->path[walk->path_bytes++] = '/';
    memcpy(walk->path + walk->path_bytes, at.name, size + 1);
    walk->path_bytes += size;
    if (type == TYPE_DIRECTORY)
        error = move_directory(walk, at, depth);
    else if (type == TYPE_FILE)
        error = move_file(walk, at);
    else
        error = move_special(walk, at);
    walk->path_bytes = before;
    walk->path[before] = 0;
    return error;
}

static int move_entries(struct walk *walk, int from, int to, unsigned int depth)
{
    uint64_t memory[ENTRIES_BYTES / sizeof(uint64_t)];
    const char *entries = (const char *)memory;
    int64_t size;

    while ((size = system_list(from, memory, sizeof(memory))) > 0) {
        for (int64_t at = 0; at < size;) {
            const struct system_entry *entry = (const void *)(entries + at);
            struct name name = { from, to, entry->name };
            int error = 0;

            if (!is_skipped(entry->name, depth))
                error = move_entry(walk, name, entry->type, depth);
            if (error)
                return error;
            at += entry->record_bytes;
        }
    }
    return size < 0 ? fail(walk, "a directory could not be read", (int)size) : 0;
}

int tree_move(struct tree *tree)
{
    static struct walk walk;
    struct statx stat;
    int error = system_stat(tree->from, "", &stat);

    memset(&walk, 0, sizeof(walk));
    walk.tree = tree;
    walk.links.arena = tree->arena;
    walk.buffer = (struct buffer){ arena_take(tree->arena, FILE_BUFFER_BYTES), FILE_BUFFER_BYTES };
    if (!walk.buffer.data)
        return fail(&walk, "the root could not be moved", -ENOMEM);
    walk.device_major = stat.stx_dev_major;
    walk.device_minor = stat.stx_dev_minor;
    (void)system_seek(tree->from, 0, 0);
    if (!error)
        error = move_entries(&walk, tree->from, tree->to, 0);
    if (!tree->top_is_dated && !error)
        error = system_own(tree->to, "", stat.stx_uid, stat.stx_gid);
    if (!tree->top_is_dated && !error)
        error = system_permit(tree->to, stat.stx_mode & 07777u);
    if (!tree->top_is_dated && !error)
        error = attributes_copy(tree->from, tree->to);
    (void)attributes_date(tree->to, NULL, &stat);
    return error ? fail(&walk, "the root could not be moved", error) : 0;
}

static int clear_entries(struct leaf *leaf, int directory, const char *spared, unsigned int depth)
{
    uint64_t memory[ENTRIES_BYTES / sizeof(uint64_t)];
    const char *entries = (const char *)memory;
    int64_t size;
    int worst = 0;

    while ((size = system_list(directory, memory, sizeof(memory))) > 0) {
        for (int64_t at = 0; at < size;) {
            const struct system_entry *entry = (const void *)(entries + at);
            int error = 0, fd;

            at += entry->record_bytes;
            if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0 ||
                (spared && strcmp(entry->name, spared) == 0))
                continue;
            if (entry->type == TYPE_DIRECTORY && depth < DEPTH_MAX) {
                fd = system_open(directory, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
                if (fd >= 0) {
                    error = clear_entries(leaf, fd, NULL, depth + 1);
                    system_close(fd);
                }
            }
            if (!error)
                error = system_remove(directory, entry->name,
                                      entry->type == TYPE_DIRECTORY ? AT_REMOVEDIR : 0);
            if (error)
                worst = leaf_fail(leaf, "rootfs could not be emptied", entry->name, error);
        }
    }
    return size < 0 ? (int)size : worst;
}

int tree_clear(struct leaf *leaf, int directory, const char *spared)
{
    (void)system_seek(directory, 0, 0);
    return clear_entries(leaf, directory, spared, 0);
}
