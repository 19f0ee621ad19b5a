/// A process that makes others for its parent: they are the parent's children, and get what it hands over.
#ifndef HD_SIBLINGS_H
#define HD_SIBLINGS_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The most descriptors that go with a message.
enum { HD_MOST_DESCRIPTORS = 2 };

/// Both ends of a local connection that keeps messages apart, closed on exec. 0, or -1 and errno.
int hd_connection(int ends[2]);

/// Sends one message with descriptors, which stay the caller's. A connection without a reader is EPIPE, no signal.
/// 0, or -1 and errno.
int hd_send_message(int connection, const void *bytes, size_t count, const int *descriptors, int descriptor_count);

/// Waits for a message. How many bytes it has, no more than `capacity`; 0 where the other end is gone, -1 and errno
/// otherwise. `descriptors` has room for HD_MOST_DESCRIPTORS; the caller's from then on, closed on exec.
ssize_t hd_receive_message(int connection, void *bytes, size_t capacity, int *descriptors, int *descriptor_count);

/// As fork(2), but the new process is a child of this one's parent, which waits for it. Handlers that libraries have
/// for a fork are not called; so it is refused (EAGAIN) where the process has, or had, more than one thread, and
/// (ENOSYS) under a sanitizer, which would need them. The process's number, 0 in the new one, -1 and errno.
pid_t hd_fork_sibling(void);

/// Names this process in the kernel's lists, in up to 15 characters.
void hd_set_process_name(const char *name);

/// Makes `input` descriptor 3 and `output` standard output, and closes all from 4 on. 0, or -1 and errno.
int hd_take_descriptors(int input, int output);

#ifdef __cplusplus
}
#endif

#endif
