/*
 * A disk that fails, or is slow, on demand, for LD_PRELOAD.
 *
 * Calls that change files below $FAULTY_BELOW fail, or take longer, while the file $FAULTY_CONTROL
 * says so. Its one line is an error, or how many milliseconds longer, and the calls that get it:
 *
 *     EIO write sync
 *     300 sync
 *
 * An empty or missing file means a healthy disk. It is read at each call: slow, and always right.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const struct { const char *name; int number; } errors[] = {
    {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}, {"EDQUOT", EDQUOT}};

static int is_below(const char *path) {
    const char *below = getenv("FAULTY_BELOW");
    return below && path && !strncmp(path, below, strlen(below));
}

/* The error that this call gets, 0 for none; waits first if it is to be slow. Raw system calls: our own must not come back here. */
static int error_of(const char *call) {
    char line[256], *rest = NULL, *word;
    const char *control = getenv("FAULTY_CONTROL");
    size_t i;
    int saved = errno, error = 0;
    struct timespec longer = {0, 0};
    long fd = control ? syscall(SYS_openat, AT_FDCWD, control, O_RDONLY) : -1;
    long length = fd < 0 ? 0 : syscall(SYS_read, fd, line, sizeof line - 1);
    if (fd >= 0) syscall(SYS_close, fd);
    errno = saved;
    if (length <= 0) return 0;
    line[length] = 0;
    word = strtok_r(line, " \n", &rest);
    for (i = 0; word && i < sizeof errors / sizeof *errors; i++)
        if (!strcmp(word, errors[i].name)) error = errors[i].number;
    if (word && !error) {
        long millis = atol(word);
        longer.tv_sec = millis / 1000;
        longer.tv_nsec = millis % 1000 * 1000000;
    }
    while ((word = strtok_r(NULL, " \n", &rest)))
        if (!strcmp(word, call)) {
            nanosleep(&longer, NULL);
            errno = saved;
            return error;
        }
    return 0;
}

static int fails_path(const char *call, const char *path) {
    int error = is_below(path) ? error_of(call) : 0;
    if (error) errno = error;
    return error;
}

static int fails(const char *call, int fd) {
    char link[64], path[PATH_MAX];
    ssize_t length;
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length < 0) return 0;
    path[length] = 0;
    return fails_path(call, path);
}

ssize_t write(int fd, const void *p, size_t n) { return fails("write", fd) ? -1 : NEXT(write)(fd, p, n); }
ssize_t pwrite(int fd, const void *p, size_t n, off_t at) { return fails("write", fd) ? -1 : NEXT(pwrite)(fd, p, n, at); }
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at) { return fails("write", fd) ? -1 : NEXT(pwrite64)(fd, p, n, at); }
ssize_t writev(int fd, const struct iovec *v, int n) { return fails("write", fd) ? -1 : NEXT(writev)(fd, v, n); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at) { return fails("write", fd) ? -1 : NEXT(pwritev)(fd, v, n, at); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) { return fails("write", fd) ? -1 : NEXT(pwritev64)(fd, v, n, at); }
int fallocate(int fd, int mode, off_t at, off_t n) { return fails("write", fd) ? -1 : NEXT(fallocate)(fd, mode, at, n); }
int fallocate64(int fd, int mode, off64_t at, off64_t n) { return fails("write", fd) ? -1 : NEXT(fallocate64)(fd, mode, at, n); }
int fsync(int fd) { return fails("sync", fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails("sync", fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate(int fd, off_t n) { return fails("truncate", fd) ? -1 : NEXT(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) { return fails("truncate", fd) ? -1 : NEXT(ftruncate64)(fd, n); }
int rename(const char *from, const char *to) { return fails_path("rename", to) ? -1 : NEXT(rename)(from, to); }
int unlink(const char *path) { return fails_path("unlink", path) ? -1 : NEXT(unlink)(path); }
int mkdir(const char *path, mode_t mode) { return fails_path("open", path) ? -1 : NEXT(mkdir)(path, mode); }

#define FOR_WRITING(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT))
#define OPEN(name, before, after, ...)                                                 \
    int name(before, int flags, ...) {                                                 \
        va_list rest;                                                                  \
        mode_t mode;                                                                   \
        va_start(rest, flags);                                                         \
        mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;             \
        va_end(rest);                                                                  \
        if (FOR_WRITING(flags) && fails_path("open", path)) return -1;                 \
        return NEXT(name)(after, flags, mode);                                         \
    }
#define COMMA ,
OPEN(open, const char *path, path)
OPEN(open64, const char *path, path)
OPEN(openat, int folder COMMA const char *path, folder COMMA path)
OPEN(openat64, int folder COMMA const char *path, folder COMMA path)
