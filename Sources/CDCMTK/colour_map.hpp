/// Pictures under a colour map: sepia, copper, and whatever else a gray picture is shown in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hd {

/// 0 to 255 each.
struct RGB {
  int red;
  int green;
  int blue;

  int sum() const { return red + green + blue; }
};

/// The largest sum of R, G and B.
constexpr size_t largestSum = 3 * 255;

/// From a colour under a map of brightness to the brightness before it.
class ColourMap {
 public:
  uint8_t brightness(const RGB &colour) const {
    return levels[static_cast<size_t>(weights[0] * colour.red + weights[1] * colour.green + weights[2] * colour.blue)];
  }

 private:
  friend class ColourCensus;

  /// 1 for the components that tell the brightness, 0 for the others.
  std::array<int, 3> weights{1, 1, 1};
  /// By the sum of these components.
  std::array<uint8_t, largestSum + 1> levels{};
};

/// The colours of a picture.
class ColourCensus {
 public:
  /// `isExact`: the colours are those that the map gave, neither compressed nor converted since.
  explicit ColourCensus(bool isExact) : isExact(isExact) {}

  void add(const RGB &colour);

  /// The map that the picture is shown under, if it is shown under one.
  std::optional<ColourMap> map() const;

 private:
  struct Shade {
    /// What the map could have given: pixels that have colour, or are too dark for that to tell.
    uint64_t mapped = 0;
    /// Those that have colour, and the sums of their R, G and B.
    uint64_t coloured = 0;
    std::array<uint64_t, 3> components{};
  };

  bool isTinted() const;
  std::optional<ColourMap> counted(double brightest) const;
  ColourMap scaled() const;
  std::array<double, 3> meanAt(double sum) const;

  bool isExact;
  uint64_t lit = 0;
  uint64_t coloured = 0;
  /// By the sum of R, G and B.
  std::array<Shade, largestSum + 1> shades{};
};

}  // namespace hd
