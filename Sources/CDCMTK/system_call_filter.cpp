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

/// What is not in every kernel's list is under #ifdef, what only one architecture has under #if. Of a few calls
/// only some arguments are refused: see `makeProgram`.
constexpr long refused[] = {
    // The network, and talk with other processes.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg,
    SYS_sendmmsg, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_semget,
    SYS_semop, SYS_semtimedop, SYS_semctl, SYS_mq_open, SYS_mq_unlink,
    // Devices and terminals: what is typed into the terminal that a person started the program from is a command to
    // the shell. Flags of files are changed the same way, through a descriptor that was opened for reading.
    SYS_ioctl,
    // Programs and processes, others and new ones.
    SYS_execve, SYS_execveat, SYS_clone, SYS_clone3, SYS_ptrace, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_open,
    SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_setpriority, SYS_ioprio_set, SYS_sched_setaffinity,
    SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_migrate_pages, SYS_move_pages, SYS_setrlimit,
    // Changes to files, and locks on them.
    SYS_openat2, SYS_open_by_handle_at, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat,
    SYS_mkdirat, SYS_mknodat, SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_fchmod, SYS_fchmodat, SYS_fchown,
    SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr,
    SYS_fremovexattr, SYS_fanotify_init, SYS_flock,
    // Namespaces, mounts, the machine, and parts of the kernel that a decoder has no business with.
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_fsopen, SYS_fsconfig,
    SYS_fsmount, SYS_fspick, SYS_open_tree, SYS_move_mount, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_reboot, SYS_sethostname, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
    SYS_clock_adjtime, SYS_swapon, SYS_acct, SYS_quotactl, SYS_add_key, SYS_request_key, SYS_keyctl,
    SYS_io_uring_setup, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_capset,
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_fchmodat2
    SYS_fchmodat2,
#endif
#ifdef SYS_quotactl_fd
    SYS_quotactl_fd,
#endif
#ifdef SYS_process_mrelease
    SYS_process_mrelease,
#endif
#ifdef SYS_setxattrat
    SYS_setxattrat, SYS_removexattrat,
#endif
#ifdef SYS_file_setattr
    SYS_file_setattr,
#endif
#ifdef SYS_open_tree_attr
    SYS_open_tree_attr,
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

/// What a word of a call's arguments must not be.
struct Refused {
  uint32_t word;
  uint16_t comparison;
  uint32_t value;
};

/// The low half of an argument comes first.
constexpr uint32_t lowWord(size_t argument) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(uint64_t));
}
constexpr uint32_t highWord(size_t argument) { return lowWord(argument) + sizeof(uint32_t); }

/// Allows a call but for some of its arguments; the loaded word is its number, before and after.
void allowBut(std::vector<sock_filter> &program, long number, const std::vector<Refused> &arguments) {
  const auto length = static_cast<uint8_t>(3 * arguments.size() + 1);
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, length));
  for (const Refused &argument : arguments) {
    program.push_back(BPF_STMT(loadWord, argument.word));
    refuseIf(program, argument.comparison, argument.value);
  }
  program.push_back(BPF_STMT(returnValue, SECCOMP_RET_ALLOW));
}

/// Through a descriptor, signals are sent and files are locked without a call of that name.
std::vector<Refused> refusedDescriptorCommands() {
  std::vector<Refused> refused;
  for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG, F_NOTIFY, F_SETLEASE, F_SETLK, F_SETLKW, F_OFD_SETLK,
                            F_OFD_SETLKW}) {
    refused.push_back({lowWord(1), BPF_JEQ, static_cast<uint32_t>(command)});
  }
  return refused;
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
  // The process may signal itself: abort() does.
  const auto self = static_cast<uint32_t>(getpid());
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4));
  program.push_back(BPF_STMT(loadWord, lowWord(0)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 1, 0));
  program.push_back(BPF_STMT(returnValue, refusal));
  program.push_back(BPF_STMT(returnValue, SECCOMP_RET_ALLOW));
  // For reading alone: the third argument are the flags.
  allowBut(program, SYS_openat, {{lowWord(2), BPF_JSET, O_ACCMODE | O_CREAT | O_TRUNC}});
  // Its own limits, which it may look at and not change: the C library asks for them.
  allowBut(program, SYS_prlimit64,
           {{lowWord(0), BPF_JSET, ~0U}, {lowWord(2), BPF_JSET, ~0U}, {highWord(2), BPF_JSET, ~0U}});
  allowBut(program, SYS_fcntl, refusedDescriptorCommands());
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
