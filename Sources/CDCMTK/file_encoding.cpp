#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>

#include "support.hpp"

namespace hd {

namespace {

/// More than the preamble, the prefix and the file meta information before the data set.
constexpr size_t largestPreamble = 4096;

/// DCMTK compresses the stream by itself where it is given the deflated syntax; the bytes before that are those of
/// Explicit VR Little Endian (PS3.5 A.5).
E_TransferSyntax syntaxOfDataSet(E_TransferSyntax syntax) {
  return syntax == EXS_DeflatedLittleEndianExplicit ? EXS_LittleEndianExplicit : syntax;
}

}  // namespace

std::vector<uint8_t> encoded(DcmFileFormat &file, int transferSyntax, size_t *meta) {
  const auto named = static_cast<E_TransferSyntax>(transferSyntax);
  const E_TransferSyntax syntax = syntaxOfDataSet(named);
  std::vector<uint8_t> bytes(file.calcElementLength(syntax, EET_ExplicitLength) + largestPreamble);
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  check(file.validateMetaInfo(named), "the file meta information");
  file.transferInit();
  check(file.getMetaInfo()->write(stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr),
        "encoding the file meta information");
  if (meta != nullptr) *meta = static_cast<size_t>(stream.tell());
  check(file.getDataset()->write(stream, syntax, EET_ExplicitLength, nullptr), "encoding the data set");
  file.transferEnd();
  bytes.resize(static_cast<size_t>(stream.tell()));
  return bytes;
}

}  // namespace hd
