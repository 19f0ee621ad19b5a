#define _GNU_SOURCE

#include "spawning.h"

#include <fcntl.h>
#include <unistd.h>

int hd_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int hd_pipe(int ends[2], int bytes) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  (void)fcntl(ends[1], F_SETPIPE_SZ, bytes);
  return 0;
}
