/*
 * The system calls that the leaf init needs, as Linux has them since 5.8, without a libc.
 * Each returns what the kernel returns: zero or a result, or a negative errno.
 */
#ifndef LEAF_SYSTEM_H
#define LEAF_SYSTEM_H

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/time_types.h>

#include "bytes.h"

#if defined(__x86_64__)
#include "arch/x86_64.h"
#elif defined(__aarch64__)
#include "arch/aarch64.h"
#else
#error "no payload/leaf/arch header for this machine"
#endif

#define SEEK_DATA_FROM 3 /* lseek's SEEK_DATA and SEEK_HOLE */
#define SEEK_HOLE_FROM 4

/* getdents64's records; name is NUL-terminated. */
struct system_entry {
    uint64_t inode;
    int64_t next;
    uint16_t record_bytes;
    uint8_t type;
    char name[];
};

struct system_limit {
    uint64_t current;
    uint64_t maximum;
};

#define ARG(value)              ((intptr_t)(value))
#define CALL0(name)             system_call(__NR_##name, 0, 0, 0, 0, 0, 0)
#define CALL1(name, a)          system_call(__NR_##name, ARG(a), 0, 0, 0, 0, 0)
#define CALL2(name, a, b)       system_call(__NR_##name, ARG(a), ARG(b), 0, 0, 0, 0)
#define CALL3(name, a, b, c)    system_call(__NR_##name, ARG(a), ARG(b), ARG(c), 0, 0, 0)
#define CALL4(name, a, b, c, d) system_call(__NR_##name, ARG(a), ARG(b), ARG(c), ARG(d), 0, 0)
#define CALL5(name, a, b, c, d, e) \
    system_call(__NR_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), 0)
#define CALL6(name, a, b, c, d, e, f) \
    system_call(__NR_##name, ARG(a), ARG(b), ARG(c), ARG(d), ARG(e), ARG(f))

static inline int system_open(int at, const char *path, int flags, uint32_t mode)
{
    return (int)CALL4(openat, at, path, flags | O_CLOEXEC, mode);
}

static inline void system_close(int fd)
{
    (void)CALL1(close, fd);
}

static inline int64_t system_read(int fd, void *to, size_t size)
{
    return CALL3(read, fd, to, size);
}

static inline int64_t system_write(int fd, const void *from, size_t size)
{
    return CALL3(write, fd, from, size);
}

static inline int64_t system_read_at(int fd, void *to, size_t size, uint64_t offset)
{
    return CALL4(pread64, fd, to, size, offset);
}

static inline int64_t system_write_at(int fd, const void *from, size_t size, uint64_t offset)
{
    return CALL4(pwrite64, fd, from, size, offset);
}

static inline int64_t system_seek(int fd, uint64_t offset, int whence)
{
    return CALL3(lseek, fd, offset, whence);
}

static inline int system_truncate(int fd, uint64_t size)
{
    return (int)CALL2(ftruncate, fd, size);
}

/* Frees a range without changing the file's size. */
static inline int system_punch(int fd, uint64_t offset, uint64_t size)
{
    return (int)CALL4(fallocate, fd, 0x01 | 0x02 /* KEEP_SIZE | PUNCH_HOLE */, offset, size);
}

/* About path within at; about at itself when path is "". Links are not followed. */
static inline int system_stat(int at, const char *path, struct statx *ret_stat)
{
    return (int)CALL5(statx, at, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
                      STATX_BASIC_STATS, ret_stat);
}

/*
 * About the open file itself, in half as many instructions: before 6.11 an empty path is looked
 * up as well. Of ret_stat only what stands here is set.
 */
static inline int system_stat_open(int fd, struct statx *ret_stat)
{
    struct stat stat;
    int error = (int)CALL2(fstat, fd, &stat);

    if (error)
        return error;
    ret_stat->stx_ino = stat.st_ino;
    ret_stat->stx_mode = (uint16_t)stat.st_mode;
    ret_stat->stx_nlink = (uint32_t)stat.st_nlink;
    ret_stat->stx_uid = stat.st_uid;
    ret_stat->stx_gid = stat.st_gid;
    ret_stat->stx_size = (uint64_t)stat.st_size;
    ret_stat->stx_blocks = (uint64_t)stat.st_blocks;
    ret_stat->stx_atime.tv_sec = (int64_t)stat.st_atime;
    ret_stat->stx_atime.tv_nsec = (uint32_t)stat.st_atime_nsec;
    ret_stat->stx_mtime.tv_sec = (int64_t)stat.st_mtime;
    ret_stat->stx_mtime.tv_nsec = (uint32_t)stat.st_mtime_nsec;
    return 0;
}

static inline int system_statfs(int fd, struct statfs *ret_stat)
{
    return (int)CALL2(fstatfs, fd, ret_stat);
}

static inline int64_t system_list(int fd, void *to, size_t size)
{
    return CALL3(getdents64, fd, to, size);
}

static inline int system_make_directory(int at, const char *path, uint32_t mode)
{
    return (int)CALL3(mkdirat, at, path, mode);
}

static inline int system_make_node(int at, const char *path, uint32_t mode, uint32_t device)
{
    return (int)CALL4(mknodat, at, path, mode, device);
}

/* mknod's number for a device. */
static inline uint32_t system_device(uint32_t major, uint32_t minor)
{
    return (minor & 0xFFu) | (major & 0xFFFu) << 8 | (minor & ~0xFFu) << 12;
}

static inline int system_make_symlink(const char *target, int at, const char *path)
{
    return (int)CALL3(symlinkat, target, at, path);
}

static inline int64_t system_read_symlink(int at, const char *path, char *to, size_t size)
{
    return CALL4(readlinkat, at, path, to, size);
}

static inline int system_link(int from_at, const char *from, int to_at, const char *to)
{
    return (int)CALL5(linkat, from_at, from, to_at, to, 0);
}

/* flags: AT_REMOVEDIR for a directory. */
static inline int system_remove(int at, const char *path, int flags)
{
    return (int)CALL3(unlinkat, at, path, flags);
}

/* Of path within at, or of at itself when path is "". */
static inline int system_own(int at, const char *path, uint32_t user, uint32_t group)
{
    return (int)CALL5(fchownat, at, path, user, group, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
}

static inline int system_permit(int fd, uint32_t permissions)
{
    return (int)CALL2(fchmod, fd, permissions);
}

static inline int system_permit_at(int at, const char *path, uint32_t permissions)
{
    return (int)CALL3(fchmodat, at, path, permissions);
}

/* times: of access and of modification. path NULL: of the file at itself. */
static inline int system_date(int at, const char *path, const struct __kernel_timespec times[2])
{
    return (int)CALL4(utimensat, at, path, times, path ? AT_SYMLINK_NOFOLLOW : 0);
}

static inline int64_t system_list_attributes(int fd, char *to, size_t size)
{
    return CALL3(flistxattr, fd, to, size);
}

static inline int64_t system_attribute(int fd, const char *name, void *to, size_t size)
{
    return CALL4(fgetxattr, fd, name, to, size);
}

static inline int system_set_attribute(int fd, const char *name, const void *value, size_t size)
{
    return (int)CALL5(fsetxattr, fd, name, value, size, 0);
}

/* The same by path, links not followed. */
static inline int64_t system_list_attributes_of(const char *path, char *to, size_t size)
{
    return CALL3(llistxattr, path, to, size);
}

static inline int64_t system_attribute_of(const char *path, const char *name, void *to, size_t size)
{
    return CALL4(lgetxattr, path, name, to, size);
}

static inline int system_set_attribute_of(const char *path, const char *name, const void *value,
                                          size_t size)
{
    return (int)CALL5(lsetxattr, path, name, value, size, 0);
}

static inline int system_mount(const char *source, const char *target, const char *type,
                               uint32_t flags, const char *options)
{
    return (int)CALL5(mount, source, target, type, flags, options);
}

static inline int system_unmount(const char *target, int flags)
{
    return (int)CALL2(umount2, target, flags);
}

static inline int system_change_directory(int fd)
{
    return (int)CALL1(fchdir, fd);
}

static inline int system_change_root(const char *path)
{
    return (int)CALL1(chroot, path);
}

/* New memory, zeroed, taken from the system page by page as it is touched. */
static inline void *system_memory(size_t size)
{
    intptr_t at = CALL6(mmap, 0, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return at < 0 && at > -4096 ? NULL : (void *)at;
}

/* A file's pages for reading; offset is a multiple of the page size. */
static inline const uint8_t *system_map(int fd, uint64_t offset, size_t size)
{
    intptr_t at = CALL6(mmap, 0, size, PROT_READ, MAP_SHARED, fd, offset);

    return at < 0 && at > -4096 ? NULL : (const uint8_t *)at;
}

static inline void system_unmap(const void *at, size_t size)
{
    (void)CALL2(munmap, at, size);
}

static inline int system_duplicate(int fd, int to)
{
    return (int)CALL3(dup3, fd, to, 0);
}

static inline uint32_t system_mask(uint32_t mask)
{
    return (uint32_t)CALL1(umask, mask);
}

static inline int system_limit_files(const struct system_limit *limit, struct system_limit *ret_old)
{
    return (int)CALL4(prlimit64, 0, 7 /* RLIMIT_NOFILE */, limit, ret_old);
}

/* This process's niceness, -20 to 19, and setting it. */
static inline int system_niceness(void)
{
    return 20 - (int)CALL2(getpriority, 0, 0);
}

static inline void system_set_niceness(int niceness)
{
    (void)CALL3(setpriority, 0, 0, niceness);
}

static inline int system_info(struct sysinfo *ret_info)
{
    return (int)CALL1(sysinfo, ret_info);
}

static inline void system_sleep_ms(unsigned int ms)
{
    struct __kernel_timespec time = { .tv_nsec = (int64_t)ms * 1000000 };

    (void)CALL2(nanosleep, &time, 0);
}

__attribute__((noreturn)) static inline void system_exit(int code)
{
    for (;;)
        (void)CALL1(exit_group, code);
}

#endif
