// Stands in for a share on a network: a folder shown by FUSE whose calls take their time, fail with ESTALE now and then,
// and whose attributes are those of a moment ago. Folders cannot be synced.
//
//   share FOLDER SEED PER_MILLE MOUNTPOINT -f      so many of a thousand calls fail, until FOLDER/../calm is there

#define _GNU_SOURCE
#define FUSE_USE_VERSION 35
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static char base[PATH_MAX], calm[PATH_MAX + 16];
static unsigned per_mille;
static _Atomic unsigned long long state;

static unsigned chance(unsigned below) {
  unsigned long long x = atomic_fetch_add(&state, 0x9E3779B97F4A7C15ull);
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ x >> 27) * 0x94D049BB133111EBull;
  return (unsigned)((x ^ x >> 31) % below);
}

// A call waits for the server; it may hear that its file is unknown there.
static int answer(void) {
  if (chance(4) == 0) nanosleep(&(struct timespec){.tv_nsec = chance(3000000)}, NULL);
  if (per_mille && chance(1000) < per_mille && access(calm, F_OK) != 0) return -ESTALE;
  return 0;
}

#define WHOLE(name, path)           \
  char name[2 * PATH_MAX];          \
  snprintf(name, sizeof name, "%s%s", base, path)
#define ANSWER                      \
  do {                              \
    int said = answer();            \
    if (said) return said;          \
  } while (0)
#define RESULT(call) ((call) == -1 ? -errno : 0)

static void *begin(struct fuse_conn_info *connection, struct fuse_config *configuration) {
  (void)connection;
  configuration->use_ino = 1;
  // What the kernel knows of a file may be this old.
  configuration->attr_timeout = configuration->entry_timeout = 0.2;
  return NULL;
}
static int examine(const char *path, struct stat *status, struct fuse_file_info *file) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(file ? fstat((int)file->fh, status) : lstat(whole, status));
}
static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
                enum fuse_readdir_flags flags) {
  (void)offset, (void)file, (void)flags;
  ANSWER;
  WHOLE(whole, path);
  DIR *folder = opendir(whole);
  if (!folder) return -errno;
  for (struct dirent *entry; (entry = readdir(folder));) {
    struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
    fill(buffer, entry->d_name, &status, 0, 0);
  }
  closedir(folder);
  return 0;
}
static int make_folder(const char *path, mode_t mode) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(mkdir(whole, mode));
}
static int remove_file(const char *path) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(unlink(whole));
}
static int remove_folder(const char *path) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(rmdir(whole));
}
static int give_name(const char *old, const char *new, unsigned flags) {
  ANSWER;
  WHOLE(whole, old);
  WHOLE(target, new);
  return RESULT(renameat2(AT_FDCWD, whole, AT_FDCWD, target, flags));
}
static int open_file(const char *path, struct fuse_file_info *file) {
  ANSWER;
  WHOLE(whole, path);
  int opened = open(whole, file->flags & ~O_NOFOLLOW, 0);
  if (opened < 0) return -errno;
  file->fh = (uint64_t)opened;
  return 0;
}
static int create_file(const char *path, mode_t mode, struct fuse_file_info *file) {
  ANSWER;
  WHOLE(whole, path);
  int opened = open(whole, file->flags | O_CREAT, mode);
  if (opened < 0) return -errno;
  file->fh = (uint64_t)opened;
  return 0;
}
static int read_file(const char *path, char *bytes, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  ANSWER;
  ssize_t count = pread((int)file->fh, bytes, size, offset);
  return count < 0 ? -errno : (int)count;
}
static int write_file(const char *path, const char *bytes, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  ANSWER;
  ssize_t count = pwrite((int)file->fh, bytes, size, offset);
  return count < 0 ? -errno : (int)count;
}
static int close_file(const char *path, struct fuse_file_info *file) {
  (void)path;
  close((int)file->fh);
  return 0;
}
static int sync_file(const char *path, int data, struct fuse_file_info *file) {
  (void)path, (void)data;
  ANSWER;
  return RESULT(fsync((int)file->fh));
}
static int sync_folder(const char *path, int data, struct fuse_file_info *file) {
  (void)path, (void)data, (void)file;
  return -EINVAL;
}
static int set_times(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
  (void)file;
  ANSWER;
  WHOLE(whole, path);
  return RESULT(utimensat(AT_FDCWD, whole, times, AT_SYMLINK_NOFOLLOW));
}
static int cut(const char *path, off_t length, struct fuse_file_info *file) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(file ? ftruncate((int)file->fh, length) : truncate(whole, length));
}
static int measure(const char *path, struct statvfs *status) {
  ANSWER;
  WHOLE(whole, path);
  return RESULT(statvfs(whole, status));
}

static const struct fuse_operations operations = {
  .init = begin, .getattr = examine, .readdir = list, .mkdir = make_folder, .unlink = remove_file,
  .rmdir = remove_folder, .rename = give_name, .open = open_file, .create = create_file, .read = read_file,
  .write = write_file, .release = close_file, .fsync = sync_file, .fsyncdir = sync_folder, .utimens = set_times,
  .truncate = cut, .statfs = measure,
};

int main(int count, char *words[]) {
  if (count < 5 || !realpath(words[1], base)) return 64;
  state = strtoull(words[2], NULL, 10);
  per_mille = (unsigned)atoi(words[3]);
  snprintf(calm, sizeof calm, "%s/../calm", base);
  words[3] = words[0];
  return fuse_main(count - 3, words + 3, &operations, NULL);
}
