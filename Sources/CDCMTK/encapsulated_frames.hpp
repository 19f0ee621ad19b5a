/// Compressed frames: PS3.5 A.4.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <vector>

#include "dcmtk/dcmdata/dcdatset.h"

#include "fragments.hpp"
#include "frame_source.hpp"
#include "jpeg_header.hpp"

namespace hd {

class EncapsulatedFrames final : public FrameSource {
 public:
  /// @param starts as `frameStarts` gives them: as many frames as `format` has, and the end.
  EncapsulatedFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format, Fragments fragments,
                     std::vector<uint32_t> starts, bool isRLE);

 protected:
  PixelFormat decode(uint32_t frame) override;
  bool decodeLuma(uint32_t frame, uint8_t *gray) override;

 private:
  PixelFormat decodeRLEFrame(const std::vector<uint8_t> &stream);
  /// Checks what the stream says of itself, then lets DCMTK decode it.
  PixelFormat decodeJPEGFrame(const std::vector<uint8_t> &stream);
  JPEGHeader checkedHeader(const std::vector<uint8_t> &stream) const;
  PixelFormat formatOf(const JPEGHeader &header) const;

  Fragments fragments;
  const std::vector<uint32_t> starts;
  const bool isRLE;
  /// What DCMTK needs to know of a frame; of one alone, so that it takes the stream for that.
  DcmDataset frameHeader;
};

}  // namespace hd
