/// How a file says that its pixels are stored: PS3.3 C.7.6.3.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <cstddef>
#include <cstdint>

#include "dcmtk/dcmdata/dcfcache.h"
#include "dcmtk/dcmdata/dcitem.h"

#include "hd_reader.h"

namespace hd {

enum class ColourModel { gray, invertedGray, palette, rgb, ybrFull, ybrFull422 };

struct PixelFormat {
  uint32_t rows = 0;
  uint32_t columns = 0;
  uint32_t frames = 1;
  uint32_t samples = 1;
  uint32_t bitsAllocated = 8;
  uint32_t bitsStored = 8;
  bool planar = false;
  ColourModel model = ColourModel::gray;

  size_t pixels() const { return size_t{rows} * columns; }
  size_t bytesPerSample() const { return bitsAllocated / 8; }
  /// Bytes of a decompressed frame with every sample of every pixel.
  size_t fullFrameBytes() const { return pixels() * samples * bytesPerSample(); }
};

/// NumberOfFrames (0028,0008); 0 where it is absent, empty or 0. Throws `HD_CORRUPT` where it is no number or negative.
uint32_t statedFrames(DcmItem &dataset);

/// Reads it, but for the frames, which are left 1, and checks it. Throws `HD_UNSUPPORTED_PIXELS` or `HD_CORRUPT`.
PixelFormat readPixelFormat(DcmItem &dataset);

/// Throws `HD_TOO_LARGE` or `HD_CORRUPT`.
void checkSize(const PixelFormat &format, const hd_limits &limits);

}  // namespace hd
