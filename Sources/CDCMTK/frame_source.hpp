/// Where decoded frames come from: native or encapsulated pixel data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dcmtk/dcmdata/dcdatset.h"
#include "dcmtk/dcmdata/dcfcache.h"

#include "hd_reader.h"
#include "luma.hpp"
#include "pixel_format.hpp"

namespace hd {

class FrameSource {
 public:
  FrameSource(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format);
  virtual ~FrameSource() = default;

  /// As `hd_read_frame`.
  void read(uint32_t frame, uint8_t *gray, size_t capacity, uint8_t *chroma, size_t chromaCapacity);

  uint32_t frames() const { return format.frames; }

 protected:
  /// Fills `samples` with one frame and returns the format that it is in.
  virtual PixelFormat decode(uint32_t frame) = 0;

  /// Fills `gray` with the luma of a frame that is stored as luma and chroma, where that is less work than the whole.
  /// False where it is not, or the frame is not stored so: `decode` has the word.
  virtual bool decodeLuma(uint32_t frame, uint8_t *gray);

  DcmDataset &dataset;
  DcmFileCache &cache;
  const PixelFormat format;
  std::vector<uint8_t> samples;

 private:
  /// Looks at the first frame that can be decoded, once.
  void settle(uint32_t frame);
  const Palette *paletteOrNone() const { return palette ? &*palette : nullptr; }

  std::optional<Palette> palette;
  /// How the first frame is best looked at, and what its samples were said to be.
  std::optional<Rendering> rendering;
  ColourModel statedModel = ColourModel::gray;
};

/// How many frames are stored, no more than `stated`, NumberOfFrames; `stated` itself, or 1 where that is 0, where
/// it cannot be determined.
uint32_t storedFrames(DcmDataset &dataset, const std::string &transferSyntax, DcmFileCache &cache, uint32_t stated);

/// Throws where the frames cannot be decoded or most of them are not there.
std::unique_ptr<FrameSource> makeFrameSource(DcmDataset &dataset, const std::string &transferSyntax,
                                             const hd_limits &limits, DcmFileCache &cache);

}  // namespace hd
