#include "luma.hpp"

#include <algorithm>

#include "dcmtk/dcmdata/dctk.h"

#include "colour_model.hpp"
#include "support.hpp"

namespace hd {

namespace {

uint8_t clip(int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

/// Rec. 601 luma and chroma in 1/256.
Pixel fromRGB(int red, int green, int blue) {
  return {static_cast<uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8),
          clip(128 + ((-43 * red - 85 * green + 128 * blue + 128) >> 8)),
          clip(128 + ((128 * red - 107 * green - 21 * blue + 128) >> 8))};
}

struct RGB {
  int red;
  int green;
  int blue;
};

RGB toRGB(const Pixel &pixel) {
  const int cb = pixel.blueChroma - 128;
  const int cr = pixel.redChroma - 128;
  const auto scaled = [&](int chroma) -> int { return clip((256 * pixel.luma + chroma + 128) >> 8); };
  return {scaled(359 * cr), scaled(-88 * cb - 183 * cr), scaled(454 * cb)};
}

/// Calls `body` with a function from a pixel's index to the pixel. One instance of `body` is compiled a storage, so
/// that what it does not use of a pixel is not computed.
template <typename Body>
void withPixels(const PixelFormat &format, const uint8_t *s, const Palette *palette, ColourModel model, Body body) {
  const size_t n = format.pixels();
  const bool wide = format.bytesPerSample() == 2;
  const auto components = [&](auto convert) {
    if (format.planar) return body([=](size_t i) { return convert(s[i], s[n + i], s[2 * n + i]); });
    return body([=](size_t i) { return convert(s[3 * i], s[3 * i + 1], s[3 * i + 2]); });
  };
  switch (model) {
    case ColourModel::gray:
    case ColourModel::invertedGray: {
      const uint8_t invert = model == ColourModel::invertedGray ? 255 : 0;
      const auto gray = [=](uint32_t value) { return Pixel{static_cast<uint8_t>(value ^ invert), 128, 128}; };
      if (!wide) return body([=](size_t i) { return gray(s[i]); });
      const uint32_t shift = format.bitsStored - 8;
      return body([=](size_t i) {
        return gray(std::min<uint32_t>((s[2 * i] | s[2 * i + 1] << 8) >> shift, 255));
      });
    }
    case ColourModel::palette:
      if (!wide) return body([=](size_t i) { return (*palette)[s[i]]; });
      return body([=](size_t i) { return (*palette)[s[2 * i] | s[2 * i + 1] << 8]; });
    case ColourModel::rgb:
      return components(fromRGB);
    case ColourModel::ybrFull:
      return components([](uint8_t luma, uint8_t blue, uint8_t red) { return Pixel{luma, blue, red}; });
    case ColourModel::ybrFull422:
      // Two pixels share their chroma: Y1 Y2 Cb Cr.
      return body([=](size_t i) {
        const uint8_t *pair = s + i / 2 * 4;
        return Pixel{pair[i % 2], pair[2], pair[3]};
      });
  }
  throw Failure(HD_UNSUPPORTED_PIXELS, "The colour model is not supported.");
}

/// From here on a pixel is not black.
constexpr int litLuma = 24;
/// A lit pixel whose R, G and B lie farther apart than this share of the largest of them has colour: the faint tints of
/// scanners, whose luma is as bright as the picture was, have less.
constexpr double tintShare = 0.35;
/// In a tinted picture at least this share of the lit pixels has colour; flow covers less.
constexpr double tintedPixels = 0.7;
/// A picture has at least so many brightnesses; a surface of one colour has fewer and is under no map.
constexpr std::ptrdiff_t fewestLevels = 24;
/// The share of the lit pixels, the brightest, that tell what the map's brightest colour is.
constexpr double brightestPixels = 0.01;

/// The gain of a picture under a colour map; 0 where it is under none.
double tintGain(const PixelFormat &format, const uint8_t *samples, const Palette *palette, ColourModel model) {
  struct Level {
    uint64_t pixels = 0;
    double largest = 0;
  };
  std::array<Level, 256> levels{};  // By the mean of R, G and B.
  uint64_t lit = 0;
  uint64_t coloured = 0;
  withPixels(format, samples, palette, model, [&](auto pixelAt) {
    for (size_t i = 0; i < format.pixels(); ++i) {
      const RGB colour = toRGB(pixelAt(i));
      const auto [low, high] = std::minmax({colour.red, colour.green, colour.blue});
      if (high < litLuma) continue;
      ++lit;
      coloured += high - low > tintShare * high;
      Level &level = levels[static_cast<size_t>((colour.red + colour.green + colour.blue) / 3)];
      ++level.pixels;
      level.largest += high;
    }
  });
  if (lit == 0 || static_cast<double>(coloured) < tintedPixels * static_cast<double>(lit)) return 0;
  const auto isUsed = [](const Level &level) { return level.pixels > 0; };
  const auto used = std::count_if(levels.begin(), levels.end(), isUsed);
  if (used < fewestLevels) return 0;
  uint64_t seen = 0;
  double mean = 0;
  double largest = 0;
  const double enough = brightestPixels * static_cast<double>(lit);
  for (size_t i = levels.size(); i-- > 0 && static_cast<double>(seen) < enough;) {
    seen += levels[i].pixels;
    mean += static_cast<double>(i * levels[i].pixels);
    largest += levels[i].largest;
  }
  return mean > 0 ? largest / mean : 0;
}

std::vector<uint8_t> bytes(DcmItem &dataset, const DcmTagKey &tag, DcmFileCache &cache) {
  DcmElement *element = nullptr;
  if (dataset.findAndGetElement(tag, element).bad() || element == nullptr) return {};
  std::vector<uint8_t> value(std::min<Uint32>(element->getLength(), 2 << 16));
  check(element->getPartialValue(value.data(), 0, static_cast<Uint32>(value.size()), &cache, EBO_LittleEndian),
        "The palette cannot be read");
  return value;
}

/// One colour of a palette, as its file stores it.
struct Table {
  std::vector<uint8_t> data;
  bool wide;

  uint32_t value(size_t i) const { return wide ? data[2 * i] | data[2 * i + 1] << 8 : data[i]; }
};

Table table(DcmItem &dataset, const DcmTagKey &tag, size_t entries, DcmFileCache &cache) {
  Table table{bytes(dataset, tag, cache), false};
  // Some files say 8 bits and store words all the same: the length decides.
  table.wide = table.data.size() >= 2 * entries;
  if (table.data.size() < entries) throw Failure(HD_CORRUPT, "The palette is absent or too short.");
  return table;
}

/// Entries of 16 bits are scaled to 8, unless none of them needs more than 8.
uint32_t shift(const std::array<Table, 3> &tables, size_t entries) {
  for (const Table &table : tables) {
    for (size_t i = 0; i < entries; ++i) {
      if (table.value(i) > 255) return 8;
    }
  }
  return 0;
}

}  // namespace

Palette::Palette(DcmItem &dataset, DcmFileCache &cache) {
  const std::vector<uint8_t> descriptor = bytes(dataset, DCM_RedPaletteColorLookupTableDescriptor, cache);
  if (descriptor.size() < 6) throw Failure(HD_CORRUPT, "The palette's descriptor is absent or too short.");
  if (!dataset.tagExistsWithValue(DCM_RedPaletteColorLookupTableData) &&
      dataset.tagExists(DCM_SegmentedRedPaletteColorLookupTableData)) {
    throw Failure(HD_UNSUPPORTED_PIXELS, "Segmented palettes are not supported.");
  }
  size_t count = descriptor[0] | descriptor[1] << 8;
  if (count == 0) count = 1 << 16;
  firstMapped = descriptor[2] | descriptor[3] << 8;
  const std::array<Table, 3> tables = {table(dataset, DCM_RedPaletteColorLookupTableData, count, cache),
                                       table(dataset, DCM_GreenPaletteColorLookupTableData, count, cache),
                                       table(dataset, DCM_BluePaletteColorLookupTableData, count, cache)};
  const uint32_t down = shift(tables, count);
  entries.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    entries.push_back(fromRGB(static_cast<int>(tables[0].value(i) >> down), static_cast<int>(tables[1].value(i) >> down),
                              static_cast<int>(tables[2].value(i) >> down)));
  }
}

Pixel Palette::operator[](uint32_t value) const {
  const int index = static_cast<int>(value) - firstMapped;
  return entries[static_cast<size_t>(std::clamp(index, 0, static_cast<int>(entries.size()) - 1))];
}

Rendering renderingOf(const PixelFormat &format, const uint8_t *samples, const Palette *palette) {
  Rendering rendering;
  rendering.model = modelOfPicture(format, samples);
  const bool gray = rendering.model == ColourModel::gray || rendering.model == ColourModel::invertedGray;
  if (!gray) rendering.tintGain = tintGain(format, samples, palette, rendering.model);
  return rendering;
}

void fillLuma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, const Rendering &rendering,
              uint8_t *gray) {
  withPixels(format, samples, palette, rendering.model, [&](auto pixelAt) {
    const size_t n = format.pixels();
    if (rendering.tintGain == 0) {
      for (size_t i = 0; i < n; ++i) gray[i] = pixelAt(i).luma;
      return;
    }
    const int gain = static_cast<int>(rendering.tintGain / 3 * 256);
    for (size_t i = 0; i < n; ++i) {
      const RGB colour = toRGB(pixelAt(i));
      gray[i] = clip((gain * (colour.red + colour.green + colour.blue) + 128) >> 8);
    }
  });
}

size_t chromaBytes(const PixelFormat &format) {
  return 2 * size_t{(format.rows + 1) / 2} * ((format.columns + 1) / 2);
}

void fillChroma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, const Rendering &rendering,
                uint8_t *chroma) {
  const uint32_t width = (format.columns + 1) / 2;
  const uint32_t height = (format.rows + 1) / 2;
  uint8_t *redChroma = chroma + size_t{width} * height;
  withPixels(format, samples, palette, rendering.model, [&](auto pixelAt) {
    for (uint32_t y = 0; y < height; ++y) {
      const size_t upper = size_t{2 * y} * format.columns;
      const size_t lower = size_t{std::min(2 * y + 1, format.rows - 1)} * format.columns;
      for (uint32_t x = 0; x < width; ++x) {
        const size_t left = 2 * x;
        const size_t right = std::min(2 * x + 1, format.columns - 1);
        const Pixel block[] = {pixelAt(upper + left), pixelAt(upper + right), pixelAt(lower + left),
                               pixelAt(lower + right)};
        int blue = 2;
        int red = 2;
        for (const Pixel &pixel : block) {
          blue += pixel.blueChroma;
          red += pixel.redChroma;
        }
        chroma[size_t{y} * width + x] = static_cast<uint8_t>(blue / 4);
        redChroma[size_t{y} * width + x] = static_cast<uint8_t>(red / 4);
      }
    }
  });
}

}  // namespace hd
