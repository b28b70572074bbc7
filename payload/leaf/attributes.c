#include "attributes.h"

#define NAMES_MAX_BYTES 4096
#define VALUE_MAX_BYTES 65536 /* the kernel's XATTR_SIZE_MAX */
#define SPECIAL_MODES   06000u

int attributes_own(int fd, const struct statx *stat, uint32_t mode)
{
    bool is_root = stat->stx_uid == 0 && stat->stx_gid == 0;
    int error = 0;

    if (!is_root)
        error = system_own(fd, "", stat->stx_uid, stat->stx_gid);
    /* A change of owner takes set-user-ID and set-group-ID away. */
    if (!error && (mode != (stat->stx_mode & 07777u) || (!is_root && (mode & SPECIAL_MODES))))
        error = system_permit(fd, stat->stx_mode & 07777u);
    return error;
}

int attributes_date(int at, const char *path, const struct statx *stat)
{
    const struct __kernel_timespec times[2] = {
        { .tv_sec = stat->stx_atime.tv_sec, .tv_nsec = stat->stx_atime.tv_nsec },
        { .tv_sec = stat->stx_mtime.tv_sec, .tv_nsec = stat->stx_mtime.tv_nsec },
    };

    return system_date(at, path, times);
}

/* A file is named either by descriptor or by path. */
struct file {
    int fd;
    const char *path;
};

static int64_t list(struct file file, char *names)
{
    return file.path ? system_list_attributes_of(file.path, names, NAMES_MAX_BYTES)
                     : system_list_attributes(file.fd, names, NAMES_MAX_BYTES);
}

static int copy_one(struct file from, struct file to, const char *name)
{
    static uint8_t value[VALUE_MAX_BYTES];
    int64_t size = from.path ? system_attribute_of(from.path, name, value, sizeof(value))
                             : system_attribute(from.fd, name, value, sizeof(value));

    if (size < 0)
        return (int)size;
    return to.path ? system_set_attribute_of(to.path, name, value, (size_t)size)
                   : system_set_attribute(to.fd, name, value, (size_t)size);
}

static int copy(struct file from, struct file to)
{
    char names[NAMES_MAX_BYTES];
    int64_t size = list(from, names);

    if (size == -EOPNOTSUPP)
        return 0;
    if (size < 0)
        return (int)size;
    for (size_t at = 0; at < (size_t)size; at += strlen(names + at) + 1) {
        int error = copy_one(from, to, names + at);

        if (error)
            return error;
    }
    return 0;
}

int attributes_copy(int from, int to)
{
    return copy((struct file){ from, NULL }, (struct file){ to, NULL });
}

int attributes_copy_of(const char *from, const char *to)
{
    return copy((struct file){ -1, from }, (struct file){ -1, to });
}
