/*
 * What a container runtime does with its root: a mount namespace of its own, a new tmpfs as
 * root, pivot_root(".", "."), the old root detached. Prints "pivot_root: ok" or the name of
 * the error of the first step that failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed(const char *what)
{
    printf("%s: %s\n", what, strerrorname_np(errno));
    return 1;
}

int main(void)
{
    int marker;

    if (unshare(CLONE_NEWNS) != 0)
        return failed("unshare");
    /* Nothing that happens from here on is seen outside. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return failed("making / private");
    if (mkdir("/new-root", 0755) != 0 && errno != EEXIST)
        return failed("mkdir");
    if (mount("container", "/new-root", "tmpfs", 0, "size=1m") != 0)
        return failed("mounting a tmpfs");
    if (chdir("/new-root") != 0)
        return failed("chdir");
    marker = open("marker", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (marker < 0)
        return failed("creating a file");
    close(marker);

    if (syscall(SYS_pivot_root, ".", ".") != 0)
        return failed("pivot_root");
    if (umount2(".", MNT_DETACH) != 0)
        return failed("detaching the old root");

    if (access("/marker", F_OK) != 0 || access("/init", F_OK) == 0) {
        printf("pivot_root: the root is not the new one\n");
        return 1;
    }
    printf("pivot_root: ok\n");
    return 0;
}
