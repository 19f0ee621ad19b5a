#include "dcmtk/config/osconfig.h"

#include <cstdio>

#include "dcmtk/dcmdata/dctk.h"

#include "bounded_stream.hpp"
#include "support.hpp"

namespace {

/// Longer values than this many bytes stay on disk.
constexpr Uint32 eagerLength = 4096;

/// The value as far as the file can be parsed; what ends the parse does not matter.
OFString statedStudy(const char *path) {
  hd::BoundedFileStream stream(path);
  OFString uid;
  if (!stream.good()) return uid;
  DcmFileFormat file;
  file.transferInit();
  (void)file.read(stream, EXS_Unknown, EGL_noChange, eagerLength);
  file.transferEnd();
  DcmDataset *dataset = file.getDataset();
  if (dataset != nullptr) (void)dataset->findAndGetOFString(DCM_StudyInstanceUID, uid);
  return uid;
}

}  // namespace

bool hd_stated_study(const char *path, char *uid, size_t capacity) {
  return hd::guarded<bool>(nullptr, false, [&] {
    hd::initialise();
    const OFString stated = statedStudy(path);
    if (stated.empty() || stated.length() >= capacity) return false;
    std::snprintf(uid, capacity, "%s", stated.c_str());
    return true;
  });
}
