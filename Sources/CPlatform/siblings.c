#define _GNU_SOURCE

#include "siblings.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/single_threaded.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HD_SANITIZED 1
#endif
#endif

typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(HD_MOST_DESCRIPTORS * sizeof(int))];
} Control;

int hd_connection(int ends[2]) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }

int hd_send_message(int connection, const void *bytes, size_t count, const int *descriptors, int descriptor_count) {
  Control control = {0};
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor_count > 0) {
    const size_t length = sizeof(int) * (size_t)descriptor_count;
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(length);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(&control.header), descriptors, length);
  }
  ssize_t sent;
  do sent = sendmsg(connection, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

ssize_t hd_receive_message(int connection, void *bytes, size_t capacity, int *descriptors, int *descriptor_count) {
  Control control = {0};
  struct iovec part = {bytes, capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control};
  ssize_t count;
  do count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  *descriptor_count = 0;
  if (count < 0) return count;
  const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    *descriptor_count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(descriptors, CMSG_DATA(header), sizeof(int) * (size_t)*descriptor_count);
  }
  if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
    for (int i = 0; i < *descriptor_count; i++) close(descriptors[i]);
    *descriptor_count = 0;
    errno = EMSGSIZE;
    return -1;
  }
  return count;
}

pid_t hd_fork_sibling(void) {
#ifdef HD_SANITIZED
  errno = ENOSYS;
  return -1;
#else
  if (!__libc_single_threaded) {
    errno = EAGAIN;
    return -1;
  }
  // Without a stack of its own it goes on here, as after a fork. The other arguments are of flags that are not set.
  return (pid_t)syscall(SYS_clone, (unsigned long)(CLONE_PARENT | SIGCHLD), 0UL, 0UL, 0UL, 0UL);
#endif
}

void hd_set_process_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int hd_take_descriptors(int input, int output) {
  // Copies above all numbers that are written to, so that none is overwritten on the way.
  const int from = fcntl(input, F_DUPFD, 8), to = fcntl(output, F_DUPFD, 8);
  if (from < 0 || to < 0 || dup2(to, STDOUT_FILENO) < 0 || dup2(from, 3) < 0) return -1;
  closefrom(4);
  return 0;
}
