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

constexpr long refused[] = {
    SYS_socket,     SYS_socketpair, SYS_connect,  SYS_bind,      SYS_sendto,           SYS_sendmsg,
    SYS_execve,     SYS_execveat,   SYS_ptrace,   SYS_kill,      SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_openat2,    SYS_unlinkat,   SYS_renameat, SYS_renameat2, SYS_linkat,           SYS_symlinkat,
    SYS_mkdirat,    SYS_mknodat,    SYS_truncate, SYS_ftruncate, SYS_fchmod,           SYS_fchmodat,
    SYS_fchown,     SYS_fchownat,   SYS_utimensat, SYS_setxattr, SYS_io_uring_setup,   SYS_bpf,
#if defined(__x86_64__)
    SYS_open,       SYS_creat,      SYS_unlink,   SYS_rename,    SYS_link,             SYS_symlink,
    SYS_mkdir,      SYS_rmdir,      SYS_mknod,    SYS_chmod,     SYS_chown,            SYS_fork,
    SYS_vfork,
#endif
};

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
  // openat is allowed for reading: its flags are the third argument, whose low half comes first.
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
