#include "root.h"

#include "attributes.h"
#include "message.h"
#include "tree.h"

/* What shmem gives its root directory when no option says otherwise, and what ramfs does. */
#define TMPFS_MODE 01777u
#define RAMFS_MODE 00755u

#define DETACH 2 /* MNT_DETACH */

#define SMALL_BYTES ((uint64_t)16 << 20)
#define SMALL_FILES 4096u

/* An inode that was just closed may take a moment to be gone. */
#define SEAL_TRIES   40u
#define SEAL_WAIT_MS 5u

#define FSPICK_FLAGS 0x9 /* FSPICK_CLOEXEC | FSPICK_EMPTY_PATH */

int root_mount(struct leaf *leaf)
{
    const char *flags = leaf->config.flags.size > 0 ? (const char *)leaf->config.flags.data : NULL;
    int error = system_make_directory(leaf->rootfs, LEAF_MOUNTPOINT_NAME, 0700);

    if (error && error != -EEXIST)
        return leaf_fail(leaf, "a mount point could not be made", LEAF_MOUNTPOINT, error);
    error = system_mount("rootfs", LEAF_MOUNTPOINT, "tmpfs", 0, flags);
    if (error == -EINVAL)
        return leaf_fail(leaf, "the kernel does not take rootflags=", flags, error);
    if (error)
        return leaf_fail(leaf, "a tmpfs could not be mounted", NULL, error);
    leaf->root = system_open(leaf->rootfs, LEAF_MOUNTPOINT_NAME, O_RDONLY | O_DIRECTORY, 0);
    if (leaf->root < 0)
        return leaf_fail(leaf, "the tmpfs could not be opened", NULL, leaf->root);
    return 0;
}

void root_discard(struct leaf *leaf)
{
    if (leaf->root >= 0)
        system_close(leaf->root);
    leaf->root = -1;
    (void)system_unmount(LEAF_MOUNTPOINT, DETACH);
}

/* What is used in rootfs apart from the leaf init itself. False when rootfs does not count. */
static bool used(struct leaf *leaf, uint64_t *ret_bytes, uint64_t *ret_files)
{
    static const char *const own[] = { LEAF_DIRECTORY, LEAF_PROGRAM_NAME, LEAF_CONFIG_NAME,
                                       LEAF_MOUNTPOINT_NAME };
    struct statfs all;
    struct statx stat;

    if (system_statfs(leaf->rootfs, &all) || all.f_blocks == 0)
        return false;
    *ret_bytes = (uint64_t)(all.f_blocks - all.f_bfree) * (uint64_t)all.f_bsize;
    *ret_files = (uint64_t)(all.f_files - all.f_ffree);
    for (size_t i = 0; i < ARRAY_LENGTH(own) + leaf->config.part_count; i++) {
        char part[sizeof(LEAF_PART_NAME)];
        const char *name = part;

        if (i < ARRAY_LENGTH(own))
            name = own[i];
        else
            leaf_part_name((unsigned int)(i - ARRAY_LENGTH(own)), part);
        if (system_stat(leaf->rootfs, name, &stat))
            continue;
        *ret_bytes -= stat.stx_blocks * 512 < *ret_bytes ? stat.stx_blocks * 512 : *ret_bytes;
        *ret_files -= *ret_files > 0;
    }
    return true;
}

bool root_is_small(struct leaf *leaf)
{
    uint64_t bytes, files;

    return used(leaf, &bytes, &files) && bytes <= SMALL_BYTES && files <= SMALL_FILES;
}

int root_check_room(struct leaf *leaf)
{
    char memory[200];
    struct text what = TEXT(memory);
    struct statfs room;
    uint64_t bytes, files;

    /* A filesystem without a limit says zero. */
    if (!used(leaf, &bytes, &files) || system_statfs(leaf->root, &room))
        return 0;
    if (room.f_blocks > 0 && bytes > (uint64_t)room.f_bfree * (uint64_t)room.f_bsize) {
        text_add(&what, "the root needs ");
        text_add_size(&what, bytes);
        text_add(&what, " and its tmpfs has ");
        text_add_size(&what, (uint64_t)room.f_bfree * (uint64_t)room.f_bsize);
    } else if (room.f_files > 0 && files > (uint64_t)room.f_ffree) {
        text_add(&what, "the root has ");
        text_add_u64(&what, files);
        text_add(&what, " files and its tmpfs takes ");
        text_add_u64(&what, (uint64_t)room.f_ffree);
    } else {
        return 0;
    }
    text_add_bytes(&what, (struct bytes){ (const uint8_t *)"", 1 });
    return leaf_fail(leaf, memory, NULL, -ENOSPC);
}

/* rootflags=mode=... is what the user wants, unless the payload itself says otherwise. */
static bool has_own_mode(struct leaf *leaf)
{
    struct statx old, new;

    if (system_stat(leaf->rootfs, "", &old) || system_stat(leaf->root, "", &new))
        return false;
    return (new.stx_mode & 07777u) != TMPFS_MODE && old.stx_uid == 0 && old.stx_gid == 0 &&
           ((old.stx_mode & 07777u) == TMPFS_MODE || (old.stx_mode & 07777u) == RAMFS_MODE);
}

int root_take_over(struct leaf *leaf, struct arena *arena, bool keep, bool *ret_has_set_group)
{
    struct tree tree = { .leaf = leaf,
                         .arena = arena,
                         .from = leaf->rootfs,
                         .to = leaf->root,
                         .from_path = "",
                         .to_path = LEAF_MOUNTPOINT,
                         .keep = keep,
                         .top_is_dated = has_own_mode(leaf) };
    int error = tree_move(&tree);

    *ret_has_set_group = tree.has_set_group;
    if (error && !keep && root_give_back(leaf, arena, false))
        system_exit(1);
    return error;
}

int root_give_back(struct leaf *leaf, struct arena *arena, bool with_top)
{
    struct tree tree = { .leaf = leaf,
                         .arena = arena,
                         .from = leaf->root,
                         .to = leaf->rootfs,
                         .from_path = LEAF_MOUNTPOINT,
                         .to_path = "",
                         .top_is_dated = !with_top };
    int error = tree_move(&tree);

    if (error) {
        message_say(leaf, MESSAGE_ERROR, BYTES("what was moved could not be moved back"));
        return error;
    }
    if (!with_top)
        (void)attributes_date(leaf->rootfs, NULL, &leaf->top);
    root_discard(leaf);
    return 0;
}

int root_enter(struct leaf *leaf, int directory)
{
    int error = system_change_directory(directory);

    if (!error)
        error = system_change_root(".");
    return error ? leaf_fail(leaf, "the root could not be entered", NULL, error) : 0;
}

int root_switch(struct leaf *leaf)
{
    int error = system_change_directory(leaf->root);

    if (!error)
        error = system_mount(".", "/", NULL, MS_MOVE, NULL);
    if (error)
        return leaf_fail(leaf, "the root could not be moved over rootfs", NULL, error);
    return root_enter(leaf, leaf->root);
}

/* A new context each time: a failed one is of no further use. */
static int make_read_only(int directory)
{
    int context = (int)CALL3(fspick, directory, "", FSPICK_FLAGS);
    int error;

    if (context < 0)
        return context;
    error = (int)CALL5(fsconfig, context, FSCONFIG_SET_FLAG, "ro", 0, 0);
    if (!error)
        error = (int)CALL5(fsconfig, context, FSCONFIG_CMD_RECONFIGURE, 0, 0, 0);
    system_close(context);
    return error;
}

int root_seal(struct leaf *leaf)
{
    int error = tree_clear(leaf, leaf->rootfs, NULL);

    if (error)
        return error;
    error = make_read_only(leaf->rootfs);
    for (unsigned int i = 0; error == -EBUSY && i < SEAL_TRIES; i++) {
        system_sleep_ms(SEAL_WAIT_MS);
        error = make_read_only(leaf->rootfs);
    }
    return error ? leaf_fail(leaf, "rootfs could not be made read-only", NULL, error) : 0;
}
