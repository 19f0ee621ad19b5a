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

/// As `withPixels`, with a function to the pixel's R, G and B: as they are stored, where they are.
template <typename Body>
void withColours(const PixelFormat &format, const uint8_t *s, const Palette *palette, ColourModel model, Body body) {
  const size_t n = format.pixels();
  if (model == ColourModel::rgb) {
    if (format.planar) return body([=](size_t i) { return RGB{s[i], s[n + i], s[2 * n + i]}; });
    return body([=](size_t i) { return RGB{s[3 * i], s[3 * i + 1], s[3 * i + 2]}; });
  }
  if (model == ColourModel::palette) {
    if (format.bytesPerSample() == 1) return body([=](size_t i) { return palette->colour(s[i]); });
    return body([=](size_t i) { return palette->colour(s[2 * i] | s[2 * i + 1] << 8); });
  }
  withPixels(format, s, palette, model, [&](auto pixelAt) { body([=](size_t i) { return toRGB(pixelAt(i)); }); });
}

std::optional<ColourMap> colourMapOf(const PixelFormat &format, const uint8_t *samples, const Palette *palette,
                                     ColourModel model) {
  ColourCensus census(model == ColourModel::rgb || model == ColourModel::palette);
  withColours(format, samples, palette, model, [&](auto colourAt) {
    for (size_t i = 0; i < format.pixels(); ++i) census.add(colourAt(i));
  });
  return census.map();
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
  colours.reserve(count);
  pixels.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto component = [&](size_t table) -> int { return static_cast<uint8_t>(tables[table].value(i) >> down); };
    const RGB colour{component(0), component(1), component(2)};
    colours.push_back(colour);
    pixels.push_back(fromRGB(colour.red, colour.green, colour.blue));
  }
}

size_t Palette::entry(uint32_t value) const {
  const int index = static_cast<int>(value) - firstMapped;
  return static_cast<size_t>(std::clamp(index, 0, static_cast<int>(colours.size()) - 1));
}

Rendering renderingOf(const PixelFormat &format, const uint8_t *samples, const Palette *palette) {
  Rendering rendering;
  rendering.model = modelOfPicture(format, samples);
  const bool gray = rendering.model == ColourModel::gray || rendering.model == ColourModel::invertedGray;
  if (!gray) rendering.map = colourMapOf(format, samples, palette, rendering.model);
  return rendering;
}

void fillLuma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, const Rendering &rendering,
              uint8_t *gray) {
  const size_t n = format.pixels();
  if (rendering.map) {
    withColours(format, samples, palette, rendering.model, [&](auto colourAt) {
      for (size_t i = 0; i < n; ++i) gray[i] = rendering.map->brightness(colourAt(i));
    });
    return;
  }
  withPixels(format, samples, palette, rendering.model, [&](auto pixelAt) {
    for (size_t i = 0; i < n; ++i) gray[i] = pixelAt(i).luma;
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
