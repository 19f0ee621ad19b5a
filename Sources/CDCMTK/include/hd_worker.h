/// A process of its own for files that nobody has checked: starting it, and what it gives up.
#ifndef HD_WORKER_H
#define HD_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Where the worker finds the file that it is to read.
enum { HD_WORKER_FILE = 3 };

/// Starts `program` with descriptor 3 open on what `file` is open on and standard output a pipe, whose reading
/// end `output` becomes (closed on exec). Standard input and error are /dev/null, every other descriptor is
/// closed, every signal has its default action and none is blocked. `file` stays the caller's. False and an error
/// where that fails.
bool hd_worker_spawn(const char *program, char *const argv[], char *const envp[], int file, pid_t *pid, int *output,
                     hd_error *error);

/// An empty file in memory that has no name, closed on exec; -1 and errno where there is none.
int hd_memory_file(void);

/// Limits this process for good: `memory_bytes` of data (heap and private mappings), `cpu_seconds` of computing
/// (then SIGXCPU), no written file, no core file, few descriptors; no network, no other process or program, no change
/// to the file system, no look into it by others of its user. False and an error where the system refuses.
bool hd_worker_confine(uint64_t memory_bytes, uint64_t cpu_seconds, hd_error *error);

/// Tries one of the things that a confined process may not do, without harm where it may: its name, and whether it
/// succeeded. Gives how many there are; an `index` beyond them tries nothing.
size_t hd_worker_attempt(size_t index, const char **name, bool *succeeded);

#ifdef __cplusplus
}
#endif

#endif
