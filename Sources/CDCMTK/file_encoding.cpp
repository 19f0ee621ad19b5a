#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include "support.hpp"

namespace hd {

namespace {

/// More than the preamble, the prefix and the file meta information before the data set.
constexpr size_t largestPreamble = 4096;

}  // namespace

std::vector<uint8_t> encoded(DcmFileFormat &file, int transferSyntax) {
  const auto syntax = static_cast<E_TransferSyntax>(transferSyntax);
  std::vector<uint8_t> bytes(file.calcElementLength(syntax, EET_ExplicitLength) + largestPreamble);
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  check(file.write(stream, syntax, EET_ExplicitLength, nullptr), "encoding the file");
  file.transferEnd();
  bytes.resize(static_cast<size_t>(stream.tell()));
  return bytes;
}

}  // namespace hd
