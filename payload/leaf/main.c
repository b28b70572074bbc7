/* The leaf init's way from the kernel to the real init: see leaf.h. */
#include "leaf.h"

#include <linux/auxvec.h>

#include "attributes.h"
#include "init.h"
#include "message.h"
#include "parts.h"
#include "root.h"
#include "tree.h"

/* What execution from a memfd is called; the kernel's own start is called LEAF_PROGRAM_PATH. */
#define MEMFD_PREFIX "/dev/fd/"

#define NICENESS  (-20)
#define FILES_MAX 8192u /* two for each level of directories */

static const struct {
    int error;
    const char *name;
} ERRORS[] = {
    { -ENOSPC, "no space left: rootflags=size= (and nr_inodes=) makes the root larger" },
    { -ENOMEM, "out of memory" },
    { -EINVAL, "invalid" },
    { -ENOENT, "not found" },
    { -EACCES, "not permitted" },
    { -ENOEXEC, "not an executable" },
    { -EBUSY, "in use" },
};

int leaf_fail(struct leaf *leaf, const char *what, const char *path, int error)
{
    if (leaf->why.size > 0)
        return error;
    text_add(&leaf->why, what);
    if (path && path[0]) {
        text_add(&leaf->why, " ");
        text_add_quoted(&leaf->why, bytes_of_string(path));
    }
    if (error == 0)
        return error;
    text_add(&leaf->why, ": ");
    for (size_t i = 0; i < ARRAY_LENGTH(ERRORS); i++) {
        if (ERRORS[i].error == error) {
            text_add(&leaf->why, ERRORS[i].name);
            return error;
        }
    }
    text_add(&leaf->why, "error ");
    text_add_u64(&leaf->why, (uint64_t)-error);
    return error;
}

int leaf_fail_status(struct leaf *leaf, const char *what, enum status st)
{
    if (leaf->why.size == 0) {
        text_add(&leaf->why, what);
        text_add(&leaf->why, ": ");
        text_add(&leaf->why, status_sentence(st));
    }
    return -EIO;
}

/* Runs this program again, from memory that belongs to no mounted filesystem. */
static void run_from_memory(struct leaf *leaf)
{
    int program = system_open(AT_FDCWD, LEAF_PROGRAM_PATH, O_RDONLY, 0);
    int memory = (int)CALL2(memfd_create, "leaf", 1 /* MFD_CLOEXEC */);
    int error = program < 0 ? program : memory;
    int64_t copied = 1;

    while (error >= 0 && copied > 0)
        copied = CALL4(sendfile, memory, program, 0, 1 << 20);
    if (error >= 0)
        error = (int)CALL5(execveat, memory, "", leaf->arguments, leaf->environment, AT_EMPTY_PATH);
    (void)leaf_fail(leaf, "the leaf init could not be run from memory", NULL, error);
}

static int configure(struct leaf *leaf)
{
    static uint8_t encoded[LEAF_CONFIG_MAX_BYTES];
    int fd = system_open(leaf->rootfs, LEAF_CONFIG_NAME, O_RDONLY, 0);
    int64_t size = fd < 0 ? fd : system_read(fd, encoded, sizeof(encoded));
    enum status st;

    if (fd >= 0)
        system_close(fd);
    if (size < 0)
        return leaf_fail(leaf, "the configuration could not be read", LEAF_CONFIG_PATH, (int)size);
    st = leaf_config_decode((struct bytes){ encoded, (size_t)size }, &leaf->config);
    return st ? leaf_fail_status(leaf, LEAF_CONFIG_PATH, st) : 0;
}

static int open_rootfs(struct leaf *leaf)
{
    const struct system_limit files = { FILES_MAX, FILES_MAX };

    /* Without a console, descriptors 0 to 2 are free, and are not to be ours. */
    do
        leaf->rootfs = system_open(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0);
    while (leaf->rootfs >= 0 && leaf->rootfs <= 2);
    if (leaf->rootfs < 0)
        return leaf_fail(leaf, "rootfs could not be opened", "/", leaf->rootfs);
    if (system_stat(leaf->rootfs, "", &leaf->top))
        return leaf_fail(leaf, "rootfs could not be examined", "/", -EIO);
    leaf->mask = system_mask(0);
    (void)system_limit_files(&files, &leaf->files);
    /*
     * The kernel still tests its ciphers in the background: without init waiting for us, it would
     * get the processor just as late.
     */
    leaf->niceness = system_niceness();
    system_set_niceness(NICENESS);
    return 0;
}

/* Everything between a whole rootfs and a whole leaf root. */
static int fill(struct leaf *leaf, struct arena *arena)
{
    bool has_set_group;
    int error;

    if ((error = root_mount(leaf)))
        return error;
    message_open(leaf, leaf->root, ".kmsg");
    if (leaf->config.part_count > 0)
        return parts_fill(leaf, arena);
    if ((error = root_check_room(leaf)))
        return error;
    return root_take_over(leaf, arena, false, &has_set_group);
}

/* The last thing that the leaf init says, if all went well. */
static void report(struct leaf *leaf)
{
    char memory[160];
    struct text line = TEXT(memory);
    struct statfs stat;

    if (system_statfs(leaf->root, &stat))
        return;
    text_add(&line, leaf->config.part_count > 0 ? "unpacked " : "moved ");
    text_add_size(&line, (uint64_t)(stat.f_blocks - stat.f_bfree) * (uint64_t)stat.f_bsize);
    text_add(&line, " into a leaf root of ");
    text_add_size(&line, (uint64_t)stat.f_blocks * (uint64_t)stat.f_bsize);
    text_add(&line, ", rootfs below is empty and read-only");
    message_say(leaf, MESSAGE_INFO, text_bytes(&line));
}

/* The root is good, but what is below it could not be sealed. */
static void seal(struct leaf *leaf)
{
    if (!root_seal(leaf)) {
        report(leaf);
        return;
    }
    message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
    if (leaf->config.onfail == LEAF_ONFAIL_PANIC)
        system_exit(1);
    text_clear(&leaf->why);
}

/* After a failure: a whole root in rootfs, or none. */
static void fall_back(struct leaf *leaf, struct arena *arena)
{
    message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
    if (leaf->config.onfail == LEAF_ONFAIL_PANIC)
        system_exit(1);
    text_clear(&leaf->why);
    if (parts_fall_back(leaf, arena)) {
        message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
        system_exit(1);
    }
}

/* Only what the leaf init itself brought has to go. */
static void stay_in_rootfs(struct leaf *leaf)
{
    int own = system_open(leaf->rootfs, LEAF_DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
    bool has_top = !system_stat(leaf->rootfs, "", &leaf->top);

    if (own >= 0) {
        (void)tree_clear(leaf, own, NULL);
        system_close(own);
    }
    (void)system_remove(leaf->rootfs, LEAF_DIRECTORY, AT_REMOVEDIR);
    if (has_top)
        (void)attributes_date(leaf->rootfs, NULL, &leaf->top);
    message_say(leaf, MESSAGE_ERROR, BYTES("going on in rootfs, which pivot_root cannot leave"));
}

static void become_init(struct leaf *leaf)
{
    (void)system_limit_files(&leaf->files, NULL);
    system_set_niceness(leaf->niceness);
    (void)system_mask(leaf->mask);
    init_execute(leaf);
}

static void run(struct leaf *leaf)
{
    struct arena arena = { 0 };

    if (open_rootfs(leaf) || configure(leaf))
        return;
    message_open(leaf, leaf->rootfs, LEAF_DIRECTORY "/.kmsg");
    if (fill(leaf, &arena))
        fall_back(leaf, &arena);
    if (leaf->root >= 0 && root_switch(leaf))
        return;
    init_open_console(leaf);
    if (leaf->root >= 0)
        seal(leaf);
    else
        stay_in_rootfs(leaf);
    become_init(leaf);
}

/* stack: argc, the arguments, NULL, the environment, NULL, the auxiliary vector. */
__attribute__((used, noreturn)) static void leaf_main(uintptr_t *stack)
{
    static struct leaf leaf = { .rootfs = -1, .root = -1, .log = -1 };
    uintptr_t *at = stack + 1 + stack[0] + 1;
    const char *name = "";

    leaf.arguments = (char **)(stack + 1);
    leaf.environment = (char **)at;
    leaf.why = TEXT(leaf.why_memory);
    while (*at)
        at++;
    for (at++; at[0] != AT_NULL; at += 2)
        if (at[0] == AT_EXECFN)
            name = (const char *)at[1];
    if (strncmp(name, MEMFD_PREFIX, sizeof(MEMFD_PREFIX) - 1) == 0)
        run(&leaf);
    else
        run_from_memory(&leaf);
    message_say(&leaf, MESSAGE_ERROR, text_bytes(&leaf.why));
    system_exit(1);
}

ENTRY(leaf_main);
