/// What a child process is started with, by calls that Swift's import of the C library leaves out.
#ifndef HD_SPAWNING_H
#define HD_SPAWNING_H

#include <spawn.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Has the child close every descriptor from `first` on. 0, or the errno.
int hd_close_from(posix_spawn_file_actions_t *actions, int first);

/// Both ends of a pipe, closed on exec, that is to hold so many bytes; where that is refused, it holds what is usual.
/// 0, or -1 and errno.
int hd_pipe(int ends[2], int bytes);

#ifdef __cplusplus
}
#endif

#endif
