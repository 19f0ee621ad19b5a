#include "hd_worker.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace {

bool opensSocket(int family) {
  const int descriptor = socket(family, SOCK_STREAM, 0);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0 || errno != EPERM;
}

bool makesPair() {
  int ends[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 || errno != EPERM;
}

bool makesProcess() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) waitpid(child, nullptr, 0);
  return child > 0 || errno != EPERM;
}

bool startsProgram() {
  char name[] = "hinged-no-such-program";
  char *const arguments[] = {name, nullptr};
  return execve(name, arguments, environ) == 0 || errno != EPERM;
}

bool opensFor(int flags) {
  const int descriptor = open("/dev/null", flags, 0600);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0 || errno != EPERM;
}

/// What is asked for does not exist, so that nothing is changed where the filter is missing.
bool changesFiles() {
  const char *const path = "/proc/self/hinged-no-such-file";
  return (unlink(path) == 0 || errno != EPERM) || (mkdir(path, 0700) == 0 || errno != EPERM) ||
         (rename(path, path) == 0 || errno != EPERM) || (chmod(path, 0600) == 0 || errno != EPERM);
}

/// No descriptor is -1: where nothing refuses the command, nothing comes of it.
bool commandsDevices() {
  char key = ' ';
  return ioctl(-1, TIOCSTI, &key) == 0 || errno != EPERM;
}

bool signalsThroughDescriptors() {
  return (fcntl(-1, F_SETOWN, getppid()) == 0 || errno != EPERM) ||
         (fcntl(-1, F_SETSIG, SIGKILL) == 0 || errno != EPERM);
}

/// Only looks, and names itself, as it would another process: whose those of its parent are depends on who started it.
bool reachesLimitsOfOthers() {
  rlimit limit = {};
  return prlimit(getpid(), RLIMIT_CPU, nullptr, &limit) == 0 || errno != EPERM;
}

bool reachesQueues() {
  return (msgctl(-1, IPC_RMID, nullptr) == 0 || errno != EPERM) ||
         (syscall(SYS_mq_unlink, "hinged-no-such-queue") == 0 || errno != EPERM);
}

/// To what it has, so that nothing changes where it may.
bool changesOwnLimits() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_CPU, &limit) != 0) return false;
  return setrlimit(RLIMIT_CPU, &limit) == 0 || errno != EPERM;
}

bool signalsOthers() { return kill(getppid(), 0) == 0 || errno != EPERM; }

bool tracesOthers() { return ptrace(PTRACE_SEIZE, getppid(), nullptr, nullptr) == 0 || errno != EPERM; }

bool leavesNamespace() { return syscall(SYS_unshare, 0) == 0 || errno != EPERM; }

/// More than `hd_worker_confine` is ever asked to allow.
bool takesMemory() {
  void *const memory = mmap(nullptr, size_t{1} << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) munmap(memory, size_t{1} << 40);
  return memory != MAP_FAILED;
}

bool opensManyFiles() {
  int opened = 0;
  while (opened < 64 && open("/dev/null", O_RDONLY) >= 0) ++opened;
  for (int descriptor = HD_WORKER_FILE + 1; descriptor <= HD_WORKER_FILE + opened; ++descriptor) close(descriptor);
  return opened == 64;
}

bool dumpsCore() {
  rlimit limit = {};
  return getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0 || prctl(PR_GET_DUMPABLE) != 0;
}

bool gainsPrivileges() { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; }

/// Of the environment, only where libraries are and what keeps Swift's crash reporter away may be there.
bool knowsEnvironment() {
  for (char **variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (text.rfind("LD_LIBRARY_PATH=", 0) != 0 && text.rfind("SWIFT_BACKTRACE=", 0) != 0) return true;
  }
  return false;
}

struct Attempt {
  const char *name;
  bool (*succeeds)();
};

constexpr Attempt attempts[] = {
    {"internet socket", [] { return opensSocket(AF_INET) || opensSocket(AF_INET6); }},
    {"local socket", [] { return opensSocket(AF_UNIX); }},
    {"socket pair", makesPair},
    {"new process", makesProcess},
    {"commands to devices", commandsDevices},
    {"signals through descriptors", signalsThroughDescriptors},
    {"limits of others", reachesLimitsOfOthers},
    {"queues of others", reachesQueues},
    {"its own limits", changesOwnLimits},
    {"another program", startsProgram},
    {"open for writing", [] { return opensFor(O_WRONLY) || opensFor(O_RDWR) || opensFor(O_RDONLY | O_CREAT); }},
    {"change of files", changesFiles},
    {"signal to others", signalsOthers},
    {"tracing of others", tracesOthers},
    {"another namespace", leavesNamespace},
    {"much memory", takesMemory},
    {"many open files", opensManyFiles},
    {"core dump", dumpsCore},
    {"new privileges", gainsPrivileges},
    {"inherited environment", knowsEnvironment},
};

}  // namespace

size_t hd_worker_attempt(size_t index, const char **name, bool *succeeded) {
  constexpr size_t count = sizeof attempts / sizeof attempts[0];
  if (index < count) {
    *name = attempts[index].name;
    *succeeded = attempts[index].succeeds();
  }
  return count;
}
