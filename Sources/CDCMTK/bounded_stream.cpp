#include "bounded_stream.hpp"

#include "dcmtk/dcmdata/dcerror.h"

namespace hd {

namespace {

/// Some thousand levels, of which real files need less than ten. A thread of the C library has 8 MiB.
constexpr uintptr_t mostStackBytes = 1 << 20;

/// The stack grows downwards on both architectures.
uintptr_t stackPointer() { return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)); }

}  // namespace

BoundedFileStream::BoundedFileStream(const char *path) : DcmInputFileStream(OFFilename(path)), top(stackPointer()) {}

void BoundedFileStream::look() { tooDeep = tooDeep || stackPointer() + mostStackBytes < top; }

OFBool BoundedFileStream::good() const { return !tooDeep && DcmInputFileStream::good(); }

OFCondition BoundedFileStream::status() const { return tooDeep ? EC_CorruptedData : DcmInputFileStream::status(); }

OFBool BoundedFileStream::eos() {
  look();
  return tooDeep || DcmInputFileStream::eos();
}

offile_off_t BoundedFileStream::avail() {
  look();
  return tooDeep ? 0 : DcmInputFileStream::avail();
}

}  // namespace hd
