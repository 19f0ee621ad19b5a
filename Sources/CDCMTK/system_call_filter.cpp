#include "system_call_filter.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.hpp"

namespace hd {

namespace {

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "the system call filter does not know this architecture"
#endif

/// Bit of the x32 calls, which are the same under other numbers.
constexpr uint32_t otherABI = 0x40000000;

/// What is not in every kernel's list stands under #ifdef, what only one architecture has under #if.
constexpr long refused[] = {
    // The network, and talk with other processes.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg,
    SYS_sendmmsg, SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget, SYS_mq_open,
    // Programs and processes, others and new ones.
    SYS_execve, SYS_execveat, SYS_clone, SYS_clone3, SYS_ptrace, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_open,
    SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_setpriority, SYS_sched_setaffinity, SYS_sched_setscheduler,
    // Changes to files; `openat` is looked at below.
    SYS_openat2, SYS_open_by_handle_at, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat,
    SYS_mkdirat, SYS_mknodat, SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_fchmod, SYS_fchmodat, SYS_fchown,
    SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr,
    SYS_fremovexattr, SYS_fanotify_init,
    // Namespaces, mounts, the machine, and parts of the kernel that a decoder has no business with.
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_fsopen, SYS_open_tree,
    SYS_move_mount, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_sethostname, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_swapon, SYS_acct,
    SYS_quotactl, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_io_uring_setup, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_setuid, SYS_setgid, SYS_setresuid, SYS_setresgid, SYS_capset,
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_fchmodat2
    SYS_fchmodat2,
#endif
#if defined(__x86_64__)
    SYS_open, SYS_creat, SYS_unlink, SYS_rename, SYS_link, SYS_symlink, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_chmod,
    SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_fork, SYS_vfork, SYS_iopl, SYS_ioperm,
    SYS_modify_ldt,
#endif
};

/// Refused and not killed: libraries try out harmless calls and go on without them, and a decoder that a hostile file
/// took over gains as little from an error as from its end.
constexpr uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;

constexpr uint16_t loadWord = BPF_LD | BPF_W | BPF_ABS;
constexpr uint16_t returnValue = BPF_RET | BPF_K;

/// Refuses where the loaded word compares true with `value`.
void refuseIf(std::vector<sock_filter> &program, uint16_t comparison, uint32_t value) {
  program.push_back(BPF_JUMP(static_cast<uint16_t>(BPF_JMP | comparison | BPF_K), value, 0, 1));
  program.push_back(BPF_STMT(returnValue, refusal));
}

std::vector<sock_filter> makeProgram() {
  std::vector<sock_filter> program = {
      BPF_STMT(loadWord, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
      BPF_STMT(returnValue, refusal),
      BPF_STMT(loadWord, offsetof(seccomp_data, nr)),
  };
  refuseIf(program, BPF_JGE, otherABI);
  for (const long number : refused) refuseIf(program, BPF_JEQ, static_cast<uint32_t>(number));
  // The low half of an argument comes first. The process may signal itself: abort() does.
  const auto self = static_cast<uint32_t>(getpid());
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4));
  program.push_back(BPF_STMT(loadWord, offsetof(seccomp_data, args[0])));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 1, 0));
  program.push_back(BPF_STMT(returnValue, refusal));
  program.push_back(BPF_STMT(returnValue, SECCOMP_RET_ALLOW));
  // openat is allowed for reading: its flags are the third argument.
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3));
  program.push_back(BPF_STMT(loadWord, offsetof(seccomp_data, args[2])));
  refuseIf(program, BPF_JSET, O_ACCMODE | O_CREAT | O_TRUNC);
  program.push_back(BPF_STMT(returnValue, SECCOMP_RET_ALLOW));
  return program;
}

}  // namespace

void refuseSystemCalls() {
  std::vector<sock_filter> program = makeProgram();
  const sock_fprog description = {static_cast<unsigned short>(program.size()), program.data()};
  const bool installed = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &description) == 0;
  if (!installed && errno != EINVAL && errno != ENOSYS) {
    throw Failure(HD_UNREADABLE, std::string("The decoder cannot be confined: ") + std::strerror(errno) + ".");
  }
}

}  // namespace hd
