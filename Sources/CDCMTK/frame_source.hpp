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

  /// As `hd_read_frame`; returns the coloured fraction.
  double read(uint32_t frame, hd_box box, uint8_t *gray, size_t capacity);

 protected:
  /// Fills `samples` with one frame and returns the format that it is in.
  virtual PixelFormat decode(uint32_t frame) = 0;

  DcmDataset &dataset;
  DcmFileCache &cache;
  const PixelFormat format;
  std::vector<uint8_t> samples;

 private:
  std::optional<Palette> palette;
};

/// Throws where the frames cannot be decoded or are not all there.
std::unique_ptr<FrameSource> makeFrameSource(DcmDataset &dataset, const std::string &transferSyntax,
                                             const hd_limits &limits, DcmFileCache &cache);

}  // namespace hd
