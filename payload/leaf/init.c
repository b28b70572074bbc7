#include "init.h"

#include "message.h"

#define CONSOLE "/dev/console"

void init_open_console(struct leaf *leaf)
{
    int fd = system_open(AT_FDCWD, CONSOLE, O_RDWR | O_NOCTTY, 0);

    for (int i = 0; i < 3; i++) {
        if (fd < 0)
            system_close(i);
        else if (fd != i)
            (void)system_duplicate(fd, i);
    }
    /* Opened where it belongs, it must not be closed by execution. */
    if (fd >= 0 && fd < 3)
        (void)CALL3(fcntl, fd, F_SETFD, 0);
    else if (fd >= 0)
        system_close(fd);
    if (fd < 0)
        message_say(leaf, MESSAGE_WARNING, BYTES("there is no " CONSOLE " for init"));
}

/* The kernel's own arguments, with init's name in place of the leaf init's. */
static int execute(struct leaf *leaf, const char *path)
{
    /* execve() does not write to it. */
    leaf->arguments[0] = (char *)(uintptr_t)path;
    return (int)CALL3(execve, path, leaf->arguments, leaf->environment);
}

void init_execute(struct leaf *leaf)
{
    static const char *const usual[] = { "/init", "/sbin/init", "/etc/init", "/bin/init",
                                         "/bin/sh" };

    if (leaf->config.init.size > 0) {
        const char *path = (const char *)leaf->config.init.data;

        (void)leaf_fail(leaf, "rdinit= could not be executed", path, execute(leaf, path));
        message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
        text_clear(&leaf->why);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(usual); i++) {
        int error = execute(leaf, usual[i]);

        if (error == -ENOENT)
            continue;
        (void)leaf_fail(leaf, "this could not be executed:", usual[i], error);
        message_say(leaf, MESSAGE_ERROR, text_bytes(&leaf->why));
        text_clear(&leaf->why);
    }
    (void)leaf_fail(leaf,
                    "there is no init: neither /init nor /sbin/init, /etc/init, /bin/init or "
                    "/bin/sh can be executed",
                    NULL, 0);
}
