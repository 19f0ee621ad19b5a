#include "hd_worker.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "support.hpp"
#include "system_call_filter.hpp"

namespace {

/// The file, the pipe, DCMTK's own handle on the file and a few for dictionaries and character sets.
constexpr rlim_t descriptorLimit = 16;

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

}  // namespace

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
