/// From stored samples to luma and chroma.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dcmtk/dcmdata/dcfcache.h"
#include "dcmtk/dcmdata/dcitem.h"

#include "colour_map.hpp"
#include "hd_reader.h"
#include "pixel_format.hpp"

namespace hd {

/// Luma and chroma of one pixel, as YBR_FULL has them (PS3.3 C.7.6.3.1.2): without colour both chromas are 128.
struct Pixel {
  uint8_t luma;
  uint8_t blueChroma;
  uint8_t redChroma;
};

/// A palette (PS3.3 C.7.6.3.1.5 and .6), worked out for every value of an entry.
class Palette {
 public:
  /// Throws `HD_UNSUPPORTED_PIXELS` for segmented palettes, `HD_CORRUPT` for broken ones.
  Palette(DcmItem &dataset, DcmFileCache &cache);

  /// Values before the first mapped one take the first entry, those after the last take the last.
  Pixel operator[](uint32_t value) const { return pixels[entry(value)]; }
  RGB colour(uint32_t value) const { return colours[entry(value)]; }

 private:
  size_t entry(uint32_t value) const;

  int firstMapped = 0;
  std::vector<RGB> colours;
  std::vector<Pixel> pixels;
};

/// How a picture is looked at: what its samples are taken for, and where its brightness is found.
struct Rendering {
  /// Differs from that of the format where the picture contradicts it.
  ColourModel model = ColourModel::gray;
  /// That which the picture is shown under; without one brightness is luma.
  std::optional<ColourMap> map;
};

/// How the picture of a decompressed frame is best looked at. `samples` has to hold a whole frame of `format`, whose
/// planes it is stored by; 16-bit samples are little endian. `palette` is needed for `ColourModel::palette` only.
Rendering renderingOf(const PixelFormat &format, const uint8_t *samples, const Palette *palette);

/// Writes the luma of a decompressed frame, rows x columns.
void fillLuma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, const Rendering &rendering,
              uint8_t *gray);

/// Bytes of the two planes of chroma at half the size of the picture, rounded up.
size_t chromaBytes(const PixelFormat &format);

/// Writes the blue and then the red chroma, each the mean of two by two pixels.
void fillChroma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, const Rendering &rendering,
                uint8_t *chroma);

}  // namespace hd
