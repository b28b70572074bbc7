/*
 * Makes what an archive cannot bring (holes, extended attributes, and when there is a file /words
 * a mount in the middle), then becomes the leaf init.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd = open("/sparse", O_CREAT | O_RDWR, 0644);
    int failed = 0;

    (void)argc;
    failed |= pwrite(fd, "start", 5, 0) != 5;
    failed |= pwrite(fd, "middle", 6, 700 << 20) != 6;
    failed |= ftruncate(fd, 1 << 30);
    close(fd);
    failed |= setxattr("/attributed", "trusted.one", "first", 5, 0);
    failed |= setxattr("/attributed", "security.two", "second", 6, 0);
    failed |= lsetxattr("/link", "trusted.link", "x", 1, 0);
    failed |= setxattr("/directory", "trusted.directory", "y", 1, 0);
    if (!access("/words", F_OK))
        failed |= mount("none", "/mounted", "tmpfs", 0, NULL);
    if (failed)
        puts("@SETUP failed");
    fflush(stdout);
    argv[0] = "/.pivotboot/leaf";
    execv(argv[0], argv);
    return 1;
}
