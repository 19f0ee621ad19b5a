#include "luma.hpp"

#include <algorithm>

#include "dcmtk/dcmdata/dctk.h"

#include "support.hpp"

namespace hd {

namespace {

/// Rec. 601 luma in 1/256.
Pixel fromRGB(int red, int green, int blue) {
  const auto [low, high] = std::minmax({red, green, blue});
  return {static_cast<uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8), high - low > colourThreshold};
}

/// PS3.3 C.7.6.3.1.2, YBR_FULL. The chroma alone bounds how far R, G and B lie apart, by 2.12 times the sum of
/// its two components, so most pixels need no conversion.
Pixel fromYBR(int luma, int blueChroma, int redChroma) {
  const int cb = blueChroma - 128;
  const int cr = redChroma - 128;
  if (std::abs(cb) + std::abs(cr) <= colourThreshold * 10 / 22) return {static_cast<uint8_t>(luma), false};
  const auto clip = [](int value) { return std::clamp((value + 128) >> 8, 0, 255); };
  const Pixel pixel = fromRGB(clip(256 * luma + 359 * cr), clip(256 * luma - 88 * cb - 183 * cr),
                              clip(256 * luma + 454 * cb));
  return {static_cast<uint8_t>(luma), pixel.coloured};
}

/// Colour counts inside of the box alone; outside of it the compiler is left with a plain loop over luma.
template <typename PixelAt>
double fill(const PixelFormat &format, const hd_box &box, uint8_t *gray, PixelAt pixelAt) {
  const uint32_t left = std::min(box.x, format.columns);
  const uint32_t right = left + std::min(box.width, format.columns - left);
  const uint32_t top = std::min(box.y, format.rows);
  const uint32_t bottom = top + std::min(box.height, format.rows - top);
  const auto luma = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) gray[i] = pixelAt(i).gray;
  };
  uint64_t coloured = 0;
  for (uint32_t y = 0; y < format.rows; ++y) {
    const size_t row = static_cast<size_t>(y) * format.columns;
    const bool counts = y >= top && y < bottom;
    const size_t begin = row + (counts ? left : 0);
    const size_t end = row + (counts ? right : 0);
    luma(row, begin);
    for (size_t i = begin; i < end; ++i) {
      const Pixel pixel = pixelAt(i);
      gray[i] = pixel.gray;
      coloured += pixel.coloured;
    }
    luma(end, row + format.columns);
  }
  const uint64_t inside = static_cast<uint64_t>(right - left) * (bottom - top);
  return inside == 0 ? 0 : static_cast<double>(coloured) / static_cast<double>(inside);
}

double fillGray(const PixelFormat &format, const uint8_t *s, hd_box box, uint8_t *gray) {
  const uint8_t invert = format.model == ColourModel::invertedGray ? 255 : 0;
  if (format.bytesPerSample() == 1) {
    return fill(format, box, gray, [=](size_t i) { return Pixel{static_cast<uint8_t>(s[i] ^ invert), false}; });
  }
  const uint32_t shift = format.bitsStored - 8;
  return fill(format, box, gray, [=](size_t i) {
    const uint32_t value = std::min<uint32_t>((s[2 * i] | s[2 * i + 1] << 8) >> shift, 255);
    return Pixel{static_cast<uint8_t>(value ^ invert), false};
  });
}

double fillPalette(const PixelFormat &format, const uint8_t *s, const Palette &palette, hd_box box, uint8_t *gray) {
  if (format.bytesPerSample() == 1) return fill(format, box, gray, [&](size_t i) { return palette[s[i]]; });
  return fill(format, box, gray, [&](size_t i) { return palette[s[2 * i] | s[2 * i + 1] << 8]; });
}

/// Three full components, side by side or one plane after the other.
template <typename Convert>
double fillColour(const PixelFormat &format, const uint8_t *s, hd_box box, uint8_t *gray, Convert convert) {
  const size_t n = format.pixels();
  if (format.planar) return fill(format, box, gray, [=](size_t i) { return convert(s[i], s[n + i], s[2 * n + i]); });
  return fill(format, box, gray, [=](size_t i) { return convert(s[3 * i], s[3 * i + 1], s[3 * i + 2]); });
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

double fillLuma(const PixelFormat &format, const uint8_t *samples, const Palette *palette, hd_box box, uint8_t *gray) {
  switch (format.model) {
    case ColourModel::gray:
    case ColourModel::invertedGray:
      return fillGray(format, samples, box, gray);
    case ColourModel::palette:
      return fillPalette(format, samples, *palette, box, gray);
    case ColourModel::rgb:
      return fillColour(format, samples, box, gray, fromRGB);
    case ColourModel::ybrFull:
      return fillColour(format, samples, box, gray, fromYBR);
    case ColourModel::ybrFull422:
      // Two pixels share their chroma: Y1 Y2 Cb Cr.
      return fill(format, box, gray, [=](size_t i) {
        const uint8_t *pair = samples + i / 2 * 4;
        return fromYBR(pair[i % 2], pair[2], pair[3]);
      });
  }
  throw Failure(HD_UNSUPPORTED_PIXELS, "The colour model is not supported.");
}

}  // namespace hd
