/// Compressed frames in fragments: PS3.5 A.4.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <vector>

#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dcxfer.h"

#include "frame_source.hpp"
#include "jpeg_header.hpp"

namespace hd {

class EncapsulatedFrames final : public FrameSource {
 public:
  /// Finds every frame's fragments, so that frames can be decoded in any order.
  EncapsulatedFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format, DcmElement &pixelData,
                     const DcmXfer &syntax);

 protected:
  PixelFormat decode(uint32_t frame) override;

 private:
  void locateFrames();
  bool locateByOffsetTable();
  bool locateByStartOfImage();
  PixelFormat decodeRLEFrame(uint32_t frame);
  /// Checks what the stream says of itself, then lets DCMTK decode it.
  PixelFormat decodeJPEGFrame(uint32_t frame);
  PixelFormat checkJPEG(uint32_t frame);
  PixelFormat formatOf(const JPEGHeader &header) const;
  void checkEnd(uint32_t frame);
  void forget(uint32_t frame);

  DcmPixelItem &item(uint32_t index);
  /// Fragments first .. end - 1 of a frame; item 0 is the offset table.
  uint32_t firstItem(uint32_t frame) const { return starts[frame]; }
  uint32_t endItem(uint32_t frame) const { return starts[frame + 1]; }
  /// The first bytes of a frame, across its fragments.
  std::vector<uint8_t> prefix(uint32_t frame, size_t limit);
  std::vector<uint8_t> bytes(uint32_t index, size_t offset, size_t count);

  DcmPixelData &pixelData;
  DcmPixelSequence *fragments = nullptr;
  const bool isRLE;
  /// The item at which each frame starts, and one after the last.
  std::vector<uint32_t> starts;
};

}  // namespace hd
