/*
 * Loaded into a server (LD_PRELOAD): the sockets that it listens on, and so the connections it
 * accepts, use the congestion control that CONGESTION names. Without it the server ends, rather
 * than to measure something else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int listen(int fd, int backlog);

int listen(int fd, int backlog)
{
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
    const char *name = getenv("CONGESTION");

    if (!name || setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0)
        abort();
    return real(fd, backlog);
}
