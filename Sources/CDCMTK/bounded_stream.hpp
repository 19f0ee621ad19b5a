/// A file as DCMTK parses it, no deeper than the stack allows.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <cstdint>

#include "dcmtk/dcmdata/dcistrmf.h"

namespace hd {

/// DCMTK parses sequences by recursion, and a file of a few megabytes nests deep enough to overflow the stack. Its
/// parser asks the stream before every element, so the stream sees how much stack the recursion has taken, and
/// ends the parse before it takes too much. Good for every transfer syntax, deflated ones too.
class BoundedFileStream final : public DcmInputFileStream {
 public:
  explicit BoundedFileStream(const char *path);

  /// Whether the parse was ended because of its depth.
  bool wentTooDeep() const { return tooDeep; }

  OFBool good() const override;
  OFCondition status() const override;
  OFBool eos() override;
  offile_off_t avail() override;

 private:
  void look();

  const uintptr_t top;
  bool tooDeep = false;
};

}  // namespace hd
