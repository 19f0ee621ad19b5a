#include "hd_worker.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support.hpp"
#include "system_call_filter.hpp"

namespace {

/// The file, the pipe, DCMTK's own handle on the file and a few for dictionaries and character sets.
constexpr rlim_t descriptorLimit = 16;
/// Descriptors are lifted above those that the child uses, so that none is overwritten on the way.
constexpr int firstFreeDescriptor = 16;
/// How far the worker may run ahead: the most that an unprivileged process gets.
constexpr int pipeBytes = 1 << 20;

void require(bool success, const char *what, int number) {
  if (!success) throw hd::Failure(HD_UNREADABLE, std::string(what) + ": " + std::strerror(number) + ".");
}

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit value = {soft, hard};
  require(setrlimit(resource, &value) == 0, "The decoder cannot be limited", errno);
}

void limitMemory(uint64_t bytes) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  // The sanitizer reserves more than there is.
  (void)bytes;
  return;
#endif
#endif
  limit(RLIMIT_DATA, bytes, bytes);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number(number) {}
  Descriptor(const Descriptor &) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  int get() const { return number; }
  int release() { return std::exchange(number, -1); }

 private:
  int number;
};

Descriptor lifted(int number) { return Descriptor(fcntl(number, F_DUPFD_CLOEXEC, firstFreeDescriptor)); }

class FileActions {
 public:
  FileActions(int file, int output) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, file, HD_WORKER_FILE);
    posix_spawn_file_actions_addclosefrom_np(&actions, HD_WORKER_FILE + 1);
  }
  FileActions(const FileActions &) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }

  posix_spawn_file_actions_t actions;
};

/// Dispatch blocks signals on its threads, and a child inherits that.
class DefaultSignals {
 public:
  DefaultSignals() {
    posix_spawnattr_init(&attributes);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  DefaultSignals(const DefaultSignals &) = delete;
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes); }

  posix_spawnattr_t attributes;
};

}  // namespace

bool hd_worker_spawn(const char *program, char *const argv[], char *const envp[], int file, pid_t *pid, int *output,
                     hd_error *error) {
  return hd::guarded<bool>(error, false, [&] {
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "There is no pipe for the decoder", errno);
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    // Where that is refused, the worker runs ahead by less.
    (void)fcntl(writing.get(), F_SETPIPE_SZ, pipeBytes);
    const Descriptor liftedFile = lifted(file);
    const Descriptor liftedPipe = lifted(writing.get());
    require(liftedFile.get() >= 0 && liftedPipe.get() >= 0, "There is no descriptor for the decoder", errno);
    FileActions files(liftedFile.get(), liftedPipe.get());
    DefaultSignals signals;
    const int result = posix_spawn(pid, program, &files.actions, &signals.attributes, argv, envp);
    require(result == 0, "The decoder cannot be started", result);
    *output = reading.release();
    return true;
  });
}

int hd_memory_file(void) { return memfd_create("hinged", MFD_CLOEXEC); }

bool hd_worker_confine(uint64_t memory_bytes, uint64_t cpu_seconds, hd_error *error) {
  return hd::guarded<bool>(error, false, [&] {
    limitMemory(memory_bytes);
    limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_NOFILE, descriptorLimit, descriptorLimit);
    require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "The decoder cannot be limited", errno);
    hd::refuseSystemCalls();
    return true;
  });
}
