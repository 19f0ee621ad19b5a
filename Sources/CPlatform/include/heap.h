/// What a process does with its memory, by calls that Swift's import of the C library leaves out.
#ifndef HD_HEAP_H
#define HD_HEAP_H

#ifdef __cplusplus
extern "C" {
#endif

/// From how many heaps `malloc` may serve the process's threads, at least one. Threads that come and go would
/// otherwise make up to eight of them a processor, and each keeps what it once needed.
void hd_limit_heaps(int count);

/// Gives whole pages that nothing is in back to the system.
void hd_release_free_memory(void);

#ifdef __cplusplus
}
#endif

#endif
