/// The fragments of encapsulated pixel data, and which of them belong to which frame: PS3.5 A.4.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dcmtk/dcmdata/dcfcache.h"
#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dcxfer.h"

namespace hd {

/// Fragments by their number from 1 on; 0 is the offset table.
class Fragments {
 public:
  /// Throws where the pixel data are not encapsulated as the transfer syntax says.
  Fragments(DcmElement &pixelData, const DcmXfer &syntax, DcmFileCache &cache);

  /// One more than the last fragment's number.
  uint32_t end() const { return count; }
  size_t length(uint32_t index);
  /// As many of `count` bytes from `offset` on as there are.
  std::vector<uint8_t> bytes(uint32_t index, size_t offset, size_t count);
  /// The bytes of fragments `first` up to before `end`, no more than `limit`.
  std::vector<uint8_t> joined(uint32_t first, uint32_t end, size_t limit = SIZE_MAX);

 private:
  DcmPixelItem &item(uint32_t index);

  DcmPixelSequence *sequence = nullptr;
  DcmFileCache &cache;
  uint32_t count = 0;
};

/// The fragment at which each frame starts, and one after the last. One fragment a frame is the rule; else the offset
/// table tells, or the start-of-image markers of JPEG.
/// @param stated NumberOfFrames, 0 where it is absent. Of more frames the first are taken; there may be fewer.
/// Throws where they cannot be determined, or where most of the frames are not there.
std::vector<uint32_t> frameStarts(Fragments &fragments, uint32_t stated, bool isRLE);

}  // namespace hd
