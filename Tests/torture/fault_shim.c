// Preloaded into the daemon: lets system calls fail, and shifts the clock, as a plan says that another process writes
// into shared memory. The daemon's decode workers get an environment of their own and are left alone.
//
//   TORTURE_PLAN=FILE       the plan, `struct plan` below, mapped shared
//   TORTURE_PLACES=A:B:C    folders: inbox, spool, outbox
//   TORTURE_POISON=SIZE     whoever opens a claimed file of that size dies
//   TORTURE_NO_SYNC=1       nothing is put on the disk, and success is told
//   TORTURE_NO_FLOCK=1      locks are granted to everybody, as on a file system that does not share them

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// The order is that of KINDS in plan.py.
enum kind {
  OPEN, READ, WRITE, SYNC, RENAME, UNLINK, RMDIR, MKDIR, TRUNCATE, EXAMINE, LISTING, ENTRY, MEASURE, ALLOCATE, TIMES,
  WATCH, SPAWN, PIPE, KINDS
};

struct plan {
  uint64_t active, kinds, places, error, skip, every, limit, torn;
  int64_t clock_offset_ms;
  uint64_t overflows;  // reads of notifications that are to tell of an overflow
  uint64_t matched, injected;
  uint64_t by_kind[KINDS];
  int64_t uptime_offset_ms;
};

static struct plan *plan;
static char places[3][PATH_MAX];
static int hides_locks, hides_syncs;
static long poison;

__attribute__((constructor)) static void begin(void) {
  hides_locks = getenv("TORTURE_NO_FLOCK") != NULL;
  hides_syncs = getenv("TORTURE_NO_SYNC") != NULL;
  if (getenv("TORTURE_POISON")) poison = atol(getenv("TORTURE_POISON"));
  const char *list = getenv("TORTURE_PLACES");
  for (int i = 0; list && i < 3; i++) {
    size_t length = strcspn(list, ":");
    snprintf(places[i], PATH_MAX, "%.*s", (int)length, list);
    list = list[length] ? list + length + 1 : NULL;
  }
  const char *path = getenv("TORTURE_PLAN");
  if (!path) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory != MAP_FAILED) plan = memory;
  close(file);
}

// The last folder that holds the path counts: one may lie within another.
static unsigned place_of(const char *path) {
  // What the kernel tells of the process: the thread library ends the process where it cannot read that.
  if (strncmp(path, "/proc", 5) == 0) return 63;
  unsigned place = 3;
  for (unsigned i = 0; i < 3; i++) {
    size_t length = strlen(places[i]);
    if (length && strncmp(path, places[i], length) == 0 && (path[length] == '/' || !path[length])) place = i;
  }
  return place;
}

static int is_wanted(enum kind kind) {
  return plan && __atomic_load_n(&plan->active, __ATOMIC_ACQUIRE) && plan->kinds >> kind & 1;
}

// Whether the call is to fail; then errno is set.
static int fails(enum kind kind, const char *path) {
  if (!(plan->places >> place_of(path) & 1)) return 0;
  uint64_t number = __atomic_fetch_add(&plan->matched, 1, __ATOMIC_RELAXED);
  if (number < plan->skip || (number - plan->skip) % plan->every) return 0;
  if (__atomic_fetch_add(&plan->injected, 1, __ATOMIC_RELAXED) >= plan->limit) {
    __atomic_fetch_sub(&plan->injected, 1, __ATOMIC_RELAXED);
    return 0;
  }
  __atomic_fetch_add(&plan->by_kind[kind], 1, __ATOMIC_RELAXED);
  errno = (int)plan->error;
  return 1;
}

static int fails_at(enum kind kind, int folder, const char *path) {
  if (!is_wanted(kind)) return 0;
  char whole[2 * PATH_MAX];
  if (path[0] == '/') return fails(kind, path);
  char link[64], base[PATH_MAX] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t length = folder == AT_FDCWD ? -1 : readlink(link, base, sizeof base - 1);
  base[length > 0 ? length : 0] = 0;
  snprintf(whole, sizeof whole, "%s/%s", base, path);
  return fails(kind, whole);
}

static int fails_on(enum kind kind, int file) {
  if (!is_wanted(kind)) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  // A pipe has none of these errors.
  return path[0] == '/' && fails(kind, path);
}

#define REAL(type, name, ...)                              \
  static type (*real)(__VA_ARGS__);                        \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void die_of(const char *path) {
  struct stat status;
  if (!poison || place_of(path) != 1 || !strstr(path, "/claimed/")) return;
  if (fstatat(AT_FDCWD, path, &status, 0) == 0 && status.st_size == poison) raise(SIGKILL);
}

#define OPENING(name)                                              \
  int name(const char *path, int flags, ...) {                     \
    REAL(int, #name, const char *, int, ...);                      \
    va_list rest;                                                  \
    va_start(rest, flags);                                         \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                  \
    die_of(path);                                                  \
    return fails_at(OPEN, AT_FDCWD, path) ? -1 : real(path, flags, mode);   \
  }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                           \
  int name(int folder, const char *path, int flags, ...) {         \
    REAL(int, #name, int, const char *, int, ...);                 \
    va_list rest;                                                  \
    va_start(rest, flags);                                         \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                  \
    return fails_at(OPEN, folder, path) ? -1 : real(folder, path, flags, mode); \
  }
OPENING_AT(openat)
OPENING_AT(openat64)

// A full queue of notifications tells of itself by one event without a watch.
static int is_overflow(int file, void *buffer, size_t size) {
  if (!plan || !__atomic_load_n(&plan->overflows, __ATOMIC_RELAXED) || size < sizeof(struct inotify_event)) return 0;
  char link[64], path[64] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  if (readlink(link, path, sizeof path - 1) < 0 || strncmp(path, "anon_inode:inotify", 18)) return 0;
  __atomic_fetch_sub(&plan->overflows, 1, __ATOMIC_RELAXED);
  *(struct inotify_event *)buffer = (struct inotify_event){.wd = -1, .mask = IN_Q_OVERFLOW};
  return 1;
}

ssize_t read(int file, void *buffer, size_t size) {
  REAL(ssize_t, "read", int, void *, size_t);
  if (is_overflow(file, buffer, size)) {
    char rest[1 << 16];
    while (real(file, rest, sizeof rest) > 0) {}
    return sizeof(struct inotify_event);
  }
  return fails_on(READ, file) ? -1 : real(file, buffer, size);
}

ssize_t write(int file, const void *buffer, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (!fails_on(WRITE, file)) return real(file, buffer, size);
  return plan->torn && size > 1 && plan->by_kind[WRITE] % 2 ? real(file, buffer, size / 2) : -1;
}

ssize_t pwrite(int file, const void *buffer, size_t size, off_t offset) {
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return fails_on(WRITE, file) ? -1 : real(file, buffer, size, offset);
}

#define SYNCING(name)                                         \
  int name(int file) {                                        \
    REAL(int, #name, int);                                    \
    if (fails_on(SYNC, file)) return -1;                      \
    return hides_syncs ? 0 : real(file);                      \
  }
SYNCING(fsync)
SYNCING(fdatasync)
SYNCING(syncfs)

// A rename from the inbox to the spool is of the inbox.
int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return fails_at(RENAME, AT_FDCWD, from) ? -1 : real(from, to);
}

#define ONE_PATH(name, kind)                       \
  int name(const char *path) {                     \
    REAL(int, #name, const char *);                \
    return fails_at(kind, AT_FDCWD, path) ? -1 : real(path); \
  }
ONE_PATH(unlink, UNLINK)
ONE_PATH(rmdir, RMDIR)

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return fails_at(MKDIR, AT_FDCWD, path) ? -1 : real(path, mode);
}

int ftruncate(int file, off_t length) {
  REAL(int, "ftruncate", int, off_t);
  return fails_on(TRUNCATE, file) ? -1 : real(file, length);
}

#define EXAMINING(name)                                       \
  int name(const char *path, struct stat *status) {           \
    REAL(int, #name, const char *, struct stat *);            \
    return fails_at(EXAMINE, AT_FDCWD, path) ? -1 : real(path, status); \
  }
EXAMINING(stat)
EXAMINING(lstat)

int fstat(int file, struct stat *status) {
  REAL(int, "fstat", int, struct stat *);
  return fails_on(EXAMINE, file) ? -1 : real(file, status);
}

int fstatat(int folder, const char *path, struct stat *status, int flags) {
  REAL(int, "fstatat", int, const char *, struct stat *, int);
  return fails_at(EXAMINE, folder, path) ? -1 : real(folder, path, status, flags);
}

DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *);
  return fails_at(LISTING, AT_FDCWD, path) ? NULL : real(path);
}

DIR *fdopendir(int file) {
  REAL(DIR *, "fdopendir", int);
  return fails_on(LISTING, file) ? NULL : real(file);
}

struct dirent *readdir(DIR *stream) {
  REAL(struct dirent *, "readdir", DIR *);
  return fails_on(ENTRY, dirfd(stream)) ? NULL : real(stream);
}

int statvfs(const char *path, struct statvfs *status) {
  REAL(int, "statvfs", const char *, struct statvfs *);
  return fails_at(MEASURE, AT_FDCWD, path) ? -1 : real(path, status);
}

int posix_fallocate(int file, off_t offset, off_t length) {
  REAL(int, "posix_fallocate", int, off_t, off_t);
  return fails_on(ALLOCATE, file) ? (int)plan->error : real(file, offset, length);
}

int futimens(int file, const struct timespec times[2]) {
  REAL(int, "futimens", int, const struct timespec *);
  return fails_on(TIMES, file) ? -1 : real(file, times);
}

int inotify_init1(int flags) {
  REAL(int, "inotify_init1", int);
  return is_wanted(WATCH) && fails(WATCH, places[0]) ? -1 : real(flags);
}

int inotify_add_watch(int file, const char *path, uint32_t mask) {
  REAL(int, "inotify_add_watch", int, const char *, uint32_t);
  return fails_at(WATCH, AT_FDCWD, path) ? -1 : real(file, path, mask);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  REAL(int, "posix_spawn", pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
       char *const[], char *const[]);
  if (is_wanted(SPAWN) && fails(SPAWN, "")) return (int)plan->error;
  return real(pid, path, actions, attributes, arguments, environment);
}

int pipe2(int files[2], int flags) {
  REAL(int, "pipe2", int *, int);
  return is_wanted(PIPE) && fails(PIPE, "") ? -1 : real(files, flags);
}

int flock(int file, int operation) {
  REAL(int, "flock", int, int);
  return hides_locks ? 0 : real(file, operation);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(int, "clock_gettime", clockid_t, struct timespec *);
  int result = real(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && plan) time->tv_sec += plan->clock_offset_ms / 1000;
  if (result == 0 && clock == CLOCK_BOOTTIME && plan) time->tv_sec += plan->uptime_offset_ms / 1000;
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  REAL(int, "gettimeofday", struct timeval *, void *);
  int result = real(time, zone);
  if (result == 0 && plan) time->tv_sec += plan->clock_offset_ms / 1000;
  return result;
}
