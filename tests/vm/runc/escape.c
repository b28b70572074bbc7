/*
 * What a container can reach below its root: detaches /, enters its own mount namespace anew,
 * which ends on what was mounted below /, then lists and writes what is there. Prints a line
 * a fact:
 *
 *   escape: mount 2 1 0:3 / / rw ...   each mount below that root, as in mountinfo
 *   escape: entries 2                  how many names there are in it
 *   escape: entry init                 each of the first of them
 *   escape: write ok                   a file could be created, or the error's name
 *   escape: remount ok                 the filesystem could be made writable, or the error's name
 *   escape: write-after-remount ok     as write
 *
 * The file stays: another container that finds it shares the root with this one.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define MARK        "escape-was-here"
#define LISTED_MOST 20

static int failed(const char *what)
{
    printf("escape: %s %s\n", what, strerrorname_np(errno));
    return 1;
}

static void report(const char *what, int result)
{
    printf("escape: %s %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
}

/* Prints the mounts in this process's namespace that are in its root; false as below. */
static int list_mounts(int proc)
{
    char line[1024];
    int file = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
    FILE *stream = file < 0 ? NULL : fdopen(file, "r");

    if (!stream)
        return 0;
    while (fgets(line, sizeof line, stream))
        printf("escape: mount %s", line);
    fclose(stream);
    return 1;
}

/* Prints the names in the root; false, with errno, when they cannot be read. */
static int list_root(void)
{
    char names[LISTED_MOST][256];
    int count = 0;
    const struct dirent *entry;
    DIR *root = opendir("/");

    if (!root)
        return 0;
    while ((entry = readdir(root))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (count < LISTED_MOST)
            strcpy(names[count], entry->d_name);
        count++;
    }
    closedir(root);
    printf("escape: entries %d\n", count);
    for (int i = 0; i < count && i < LISTED_MOST; i++)
        printf("escape: entry %s\n", names[i]);
    return 1;
}

static int write_file(void)
{
    int file = open("/" MARK, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

    if (file < 0)
        return -1;
    if (write(file, "x", 1) != 1) {
        close(file);
        return -1;
    }
    return close(file);
}

int main(void)
{
    /* There is no /proc to find afterwards. */
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int own_namespace = openat(proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (own_namespace < 0)
        return failed("namespace");
    if (umount2("/", MNT_DETACH) != 0)
        return failed("detach");
    if (setns(own_namespace, CLONE_NEWNS) != 0)
        return failed("setns");
    if (!list_mounts(proc))
        return failed("mounts");
    if (!list_root())
        return failed("list");
    report("write", write_file());
    report("remount", mount(NULL, "/", NULL, MS_REMOUNT, NULL));
    report("write-after-remount", write_file());
    return 0;
}
