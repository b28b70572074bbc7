/*
 * An init that says what it finds: each line of its report begins with "@". Words among its
 * arguments ask for more:
 *     manifest   every file of the root
 *     pivot      whether pivot_root works, and what lies below the root
 * It ends by switching the machine off.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static uint32_t crc(uint32_t state, const unsigned char *data, size_t size)
{
    static uint32_t table[256];

    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;

            for (int j = 0; j < 8; j++)
                value = value & 1 ? 0xEDB88320u ^ value >> 1 : value >> 1;
            table[i] = value;
        }
    for (size_t i = 0; i < size; i++)
        state = table[(state ^ data[i]) & 0xFF] ^ state >> 8;
    return state;
}

static uint32_t crc_of(const char *path)
{
    static unsigned char buffer[1 << 16];
    uint32_t state = 0xFFFFFFFFu;
    int fd = open(path, O_RDONLY);
    ssize_t got;

    while ((got = read(fd, buffer, sizeof(buffer))) > 0)
        state = crc(state, buffer, (size_t)got);
    close(fd);
    return ~state;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files with several links are known by the path that comes first. */
static struct {
    ino_t inode;
    char path[64];
} firsts[1000];
static size_t first_count;

static const char *first_of(const struct stat *st, const char *path)
{
    for (size_t i = 0; i < first_count; i++)
        if (firsts[i].inode == st->st_ino)
            return firsts[i].path;
    if (first_count < 1000) {
        firsts[first_count].inode = st->st_ino;
        snprintf(firsts[first_count++].path, sizeof(firsts[0].path), "%s", path);
    }
    return path;
}

static void print_attributes(const char *path)
{
    static char names[4096], value[4096];
    ssize_t size = llistxattr(path, names, sizeof(names));

    for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t got = lgetxattr(path, names + at, value, sizeof(value) - 1);

        value[got < 0 ? 0 : got] = 0;
        printf(" %s=%s", names + at, value);
    }
}

static void manifest(const char *path)
{
    struct stat st;
    char target[4096] = "";
    uint32_t sum = 0;

    if (lstat(path, &st)) {
        printf("@ERROR %s %d\n", path, errno);
        return;
    }
    if (S_ISLNK(st.st_mode))
        target[readlink(path, target, sizeof(target) - 1)] = 0;
    if (S_ISREG(st.st_mode))
        sum = crc_of(path);
    printf(
        "@FILE %s\tmode=%o user=%u group=%u mtime=%lld size=%lld blocks=%lld sum=%08x node=%u:%u",
        path, st.st_mode, st.st_uid, st.st_gid, (long long)st.st_mtime,
        S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size,
        S_ISREG(st.st_mode) ? (long long)st.st_blocks : 0LL, sum, major(st.st_rdev),
        minor(st.st_rdev));
    printf(" target=%s links=%u first=%s", target,
           S_ISDIR(st.st_mode) ? 0 : (unsigned int)st.st_nlink,
           !S_ISDIR(st.st_mode) && st.st_nlink > 1 ? first_of(&st, path) : "");
    print_attributes(path);
    printf("\n");
    if (S_ISDIR(st.st_mode)) {
        DIR *directory = opendir(path);
        struct dirent *entry;
        char **names = NULL;
        size_t count = 0;

        while ((entry = readdir(directory)))
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
                names = realloc(names, (count + 1) * sizeof(char *));
                names[count++] = strdup(entry->d_name);
            }
        closedir(directory);
        qsort(names, count, sizeof(char *), by_name);
        for (size_t i = 0; i < count; i++) {
            char *below;

            if (asprintf(&below, "%s/%s", strcmp(path, "/") ? path : "", names[i]) > 0)
                manifest(below);
            free(below);
            free(names[i]);
        }
        free(names);
    }
}

static void print_file(const char *tag, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;

    while (file && getline(&line, &size, file) > 0)
        printf("@%s %s", tag, line);
    free(line);
    if (file)
        fclose(file);
}

static void print_state(char **argv, char **envp)
{
    struct rlimit limit;
    mode_t mask = umask(0);
    char path[4096];

    umask(mask);
    for (; *argv; argv++)
        printf("@ARG %s\n", *argv);
    for (; *envp; envp++)
        printf("@ENV %s\n", *envp);
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("@MASK %o\n@FILES %llu %llu\n@DIRECTORY %s\n@PID %d\n@NICE %d\n", mask,
           (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max,
           getcwd(path, sizeof(path)), getpid(), getpriority(PRIO_PROCESS, 0));
    for (int fd = 0; fd < 100; fd++) {
        struct stat st;

        if (!fstat(fd, &st))
            printf("@FD %d mode=%o node=%u:%u flags=%o cloexec=%d\n", fd, st.st_mode,
                   major(st.st_rdev), minor(st.st_rdev), fcntl(fd, F_GETFL) & 07,
                   fcntl(fd, F_GETFD));
    }
    for (int number = 1; number < 65; number++) {
        struct sigaction action;

        if (!sigaction(number, NULL, &action) && action.sa_handler != SIG_DFL)
            printf("@SIGNAL %d %p\n", number, (void *)(uintptr_t)action.sa_handler);
    }
}

/* As runc does it. */
static void try_pivot(void)
{
    const char *step = "unshare";
    int error = unshare(CLONE_NEWNS);

    if (!error && (step = "private"))
        error = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (!error && (step = "mount"))
        error = mount("new", "/new", "tmpfs", 0, NULL);
    if (!error && (step = "chdir"))
        error = chdir("/new");
    if (!error && (step = "pivot_root"))
        error = (int)syscall(SYS_pivot_root, ".", ".");
    if (!error && (step = "detach"))
        error = umount2(".", MNT_DETACH);
    printf("@PIVOT %s %s\n", step, error ? strerror(errno) : "ok");
}

/* Detaches the root, enters the own mount namespace again, and looks at what is there. */
static void look_below(void)
{
    struct statvfs st;
    struct dirent *entry;
    DIR *directory;
    int self, fd, count = 0;

    unshare(CLONE_NEWNS);
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    self = open("/proc/self/ns/mnt", O_RDONLY);
    if (umount2("/", MNT_DETACH) || setns(self, CLONE_NEWNS)) {
        printf("@BELOW unreachable %s\n", strerror(errno));
        return;
    }
    directory = opendir("/");
    while (directory && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
            printf("@BELOW has %s\n", entry->d_name);
            count++;
        }
    statvfs("/", &st);
    fd = open("/written", O_CREAT | O_WRONLY, 0600);
    printf("@BELOW files=%d write=%s readonly=%d\n", count, fd < 0 ? strerror(errno) : "ok",
           (st.f_flag & ST_RDONLY) != 0);
}

static void in_child(void (*function)(void))
{
    pid_t child = fork();

    if (child == 0) {
        function();
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static int asked(char **argv, const char *word)
{
    for (; *argv; argv++)
        if (!strcmp(*argv, word))
            return 1;
    return 0;
}

int main(int argc, char **argv, char **envp)
{
    struct timespec now;
    struct rusage usage;

    clock_gettime(CLOCK_MONOTONIC, &now);
    klogctl(6 /* no kernel messages between ours */, NULL, 0);
    printf("\n@INIT %lld.%03ld\n", (long long)now.tv_sec, now.tv_nsec / 1000000);
    getrusage(RUSAGE_SELF, &usage);
    printf("@USAGE user_ms=%ld system_ms=%ld faults=%ld switches=%ld\n",
           usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000,
           usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000, usage.ru_minflt,
           usage.ru_nivcsw);
    fflush(stdout);
    print_state(argv, envp);
    if (asked(argv, "manifest"))
        manifest("/");
    if (argc > 0 && asked(argv, "pivot")) {
        mkdir("/proc", 0755);
        mkdir("/new", 0755);
        mount("proc", "/proc", "proc", 0, NULL);
        print_file("MOUNT", "/proc/self/mountinfo");
        print_file("MEMORY", "/proc/meminfo");
        fflush(stdout);
        in_child(try_pivot);
        in_child(look_below);
    }
    printf("@END\n");
    fflush(stdout);
    tcdrain(STDOUT_FILENO); /* powering off does not wait for the serial port */
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
