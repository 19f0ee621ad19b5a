/// From stored samples to luma and a count of coloured pixels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dcmtk/dcmdata/dcfcache.h"
#include "dcmtk/dcmdata/dcitem.h"

#include "hd_reader.h"
#include "pixel_format.hpp"

namespace hd {

/// Luma of one pixel, and whether its R, G and B differ by more than `colourThreshold`.
struct Pixel {
  uint8_t gray;
  bool coloured;
};

/// Above what compression and the tint of a gray map leave in a picture without flow: at 24, Philips' B-mode would
/// count with 2 % of its pixels, at 48 with 0.1 %.
constexpr int colourThreshold = 48;

/// A palette (PS3.3 C.7.6.3.1.5 and .6), worked out for every value of an entry.
class Palette {
 public:
  /// Throws `HD_UNSUPPORTED_PIXELS` for segmented palettes, `HD_CORRUPT` for broken ones.
  Palette(DcmItem &dataset, DcmFileCache &cache);

  /// Values before the first mapped one take the first entry, those after the last take the last.
  Pixel operator[](uint32_t value) const;

 private:
  int firstMapped = 0;
  std::vector<Pixel> entries;
};

/// Writes the luma of a decompressed frame and returns the share of coloured pixels within the box, clipped to
/// the picture. `samples` has to hold a whole frame of `format`, whose model and planes it is stored by; 16-bit
/// samples are little endian. `palette` is needed for `ColourModel::palette` only.
double fillLuma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, hd_box box, uint8_t *gray);

}  // namespace hd
