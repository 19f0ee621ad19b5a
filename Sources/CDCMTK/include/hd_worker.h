/// A process of its own for files that nobody has checked: what it gives up.
#ifndef HD_WORKER_H
#define HD_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Where the worker finds the file that it is to read.
enum { HD_WORKER_FILE = 3 };

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
