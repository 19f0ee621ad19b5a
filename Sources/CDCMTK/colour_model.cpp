#include "colour_model.hpp"

#include <algorithm>
#include <cstdlib>

namespace hd {

namespace {

/// How far apart components may lie that compression made of equal ones.
constexpr int nearly = 8;
/// How many times as many pixels must be gray by the other model, and what share of the picture they must be.
constexpr uint64_t manyTimes = 4;
constexpr uint64_t smallestPart = 8;

}  // namespace

ColourModel modelOfPicture(const PixelFormat &format, const uint8_t *samples) {
  const bool isRGB = format.model == ColourModel::rgb;
  if (!isRGB && format.model != ColourModel::ybrFull) return format.model;
  const size_t n = format.pixels();
  const size_t next = format.planar ? n : 1;
  const size_t step = format.planar ? 1 : 3;
  uint64_t grayAsRGB = 0;
  uint64_t grayAsYBR = 0;
  for (size_t i = 0; i < n; ++i) {
    const uint8_t *pixel = samples + i * step;
    const int first = pixel[0];
    const int second = pixel[next];
    const int third = pixel[2 * next];
    const auto [low, high] = std::minmax({first, second, third});
    const bool asRGB = high - low <= nearly;
    const bool asYBR = std::abs(second - 128) <= nearly && std::abs(third - 128) <= nearly;
    grayAsRGB += asRGB && !asYBR;
    grayAsYBR += asYBR && !asRGB;
  }
  const uint64_t stated = isRGB ? grayAsRGB : grayAsYBR;
  const uint64_t other = isRGB ? grayAsYBR : grayAsRGB;
  if (other <= manyTimes * stated || other * smallestPart < n) return format.model;
  return isRGB ? ColourModel::ybrFull : ColourModel::rgb;
}

}  // namespace hd
