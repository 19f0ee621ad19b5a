#include "colour_map.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hd {

namespace {

/// From here on a pixel is not black.
constexpr int litValue = 24;
/// A lit pixel whose R, G and B lie farther apart than this share of the largest of them has colour: the faint tints of
/// scanners, whose luma is as bright as the picture was, have less.
constexpr double tintShare = 0.35;
/// In a tinted picture at least this share of the lit pixels has colour; flow covers less.
constexpr double tintedPixels = 0.7;
/// A picture has at least so many brightnesses; a surface of one colour has fewer and is under no map.
constexpr std::ptrdiff_t fewestShades = 24;
/// The share of the lit pixels, the brightest, that tell what the map's brightest colour is.
constexpr double brightestPixels = 0.01;
/// A sum that fewer pixels have than this share of what its neighbours have is none of the map's colours.
constexpr double rarelySeen = 0.125;
/// How many sums on either side are neighbours.
constexpr size_t nearSums = 16;
/// How many of the map's colours on either side tell how far apart they lie there.
constexpr size_t nearColours = 8;
/// A distance of more than so many times the middle one does not count for the mean of those about it.
constexpr double largestDistance = 2;
/// One that is larger than others about it is a gap from so many times the mean on.
constexpr double oddDistance = 1.6;
/// How far the sum of three rounded components lies off at most.
constexpr double rounding = 1.5;
/// A map whose sums grow by less than this from one level to the next shows several levels in one colour.
constexpr double smallestStep = 1.3;
/// A map has a colour for each of so many levels, give or take what the picture leaves out.
constexpr double mostLevels = 258;
/// Of the level that the brightest colour has by its components, a map with a colour for each level reaches this.
constexpr double fullRange = 0.75;
/// The parts of the map in which a component that tells the brightness has to grow, and by which share of its range.
constexpr int parts = 8;
constexpr double smallestGrowth = 0.05;
/// A component of this value may have been cut off.
constexpr double saturated = 250;
/// Fewer pixels than this do not tell a colour.
constexpr uint64_t fewestPixels = 4;

template <typename Value>
Value median(std::vector<Value> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// How far the colours lie apart about a place.
struct Spacing {
  /// The mean, gaps left out.
  double step = 0;
  /// How many of the distances are as large as the place's own, itself included.
  std::ptrdiff_t alike = 0;
};

Spacing spacingAt(const std::vector<double> &distances, size_t place) {
  const auto from = distances.begin() + static_cast<std::ptrdiff_t>(place - std::min(place, nearColours));
  const auto to = distances.begin() + static_cast<std::ptrdiff_t>(std::min(place + nearColours + 1, distances.size()));
  const double most = largestDistance * median(std::vector(from, to));
  double sum = 0;
  double count = 0;
  for (auto distance = from; distance != to; ++distance) {
    if (*distance > most) continue;
    sum += *distance;
    ++count;
  }
  return {sum / count, std::count_if(from, to, [&](double distance) { return distance >= distances[place]; })};
}

/// How many levels lie between two neighbouring colours: those that the picture lacks leave a gap, which is wider than
/// rounding makes a distance, or wider than others about it.
double levelsBetween(double distance, const Spacing &spacing) {
  const double step = spacing.step;
  const bool isWide = distance > std::max(2 * step - rounding / 3, step + rounding);
  const bool isOdd = distance > oddDistance * step && spacing.alike <= 2;
  return isWide || isOdd ? std::round(distance / step) : 1;
}

uint8_t clip(double level) { return static_cast<uint8_t>(std::clamp(std::lround(level), 0L, 255L)); }

}  // namespace

void ColourCensus::add(const RGB &colour) {
  const auto [low, high] = std::minmax({colour.red, colour.green, colour.blue});
  Shade &shade = shades[static_cast<size_t>(colour.sum())];
  if (high < litValue) {
    ++shade.mapped;
    return;
  }
  ++lit;
  // The others are text and rulers, or the brightest of a map that ends in white.
  if (high - low <= tintShare * high) return;
  ++coloured;
  ++shade.mapped;
  ++shade.coloured;
  shade.components[0] += static_cast<uint64_t>(colour.red);
  shade.components[1] += static_cast<uint64_t>(colour.green);
  shade.components[2] += static_cast<uint64_t>(colour.blue);
}

bool ColourCensus::isTinted() const {
  if (lit == 0 || static_cast<double>(coloured) < tintedPixels * static_cast<double>(lit)) return false;
  return std::count_if(shades.begin(), shades.end(), [](const Shade &shade) { return shade.coloured > 0; }) >=
         fewestShades;
}

std::optional<ColourMap> ColourCensus::map() const {
  if (!isTinted()) return std::nullopt;
  const ColourMap byComponents = scaled();
  if (!isExact) return byComponents;
  const auto brightest = *std::max_element(byComponents.levels.begin(), byComponents.levels.end());
  return counted(brightest).value_or(byComponents);
}

/// Where the picture still has the map's own colours, one for each level, the colours are counted: what comes n-th
/// from black was level n, however the map bends.
std::optional<ColourMap> ColourCensus::counted(double brightest) const {
  std::vector<size_t> colours;
  for (size_t sum = 0; sum <= largestSum; ++sum) {
    if (shades[sum].mapped == 0) continue;
    std::vector<uint64_t> near;
    for (size_t i = sum - std::min(sum, nearSums); i <= std::min(sum + nearSums, largestSum); ++i) {
      if (shades[i].mapped > 0) near.push_back(shades[i].mapped);
    }
    if (static_cast<double>(shades[sum].mapped) >= rarelySeen * static_cast<double>(median(near))) {
      colours.push_back(sum);
    }
  }
  if (colours.size() <= 2 * nearColours) return std::nullopt;
  std::vector<double> distances;
  for (size_t i = 1; i < colours.size(); ++i) distances.push_back(static_cast<double>(colours[i] - colours[i - 1]));
  std::vector<double> level{0};
  for (size_t i = 0; i < distances.size(); ++i) {
    level.push_back(level.back() + levelsBetween(distances[i], spacingAt(distances, i)));
  }
  const double meanStep = static_cast<double>(colours.back() - colours.front()) / level.back();
  if (meanStep < smallestStep || level.back() > mostLevels || level.back() < fullRange * brightest) return std::nullopt;

  ColourMap map;
  for (size_t i = 0; i + 1 < colours.size(); ++i) {
    for (size_t sum = colours[i]; sum < colours[i + 1]; ++sum) {
      const double share = static_cast<double>(sum - colours[i]) / distances[i];
      map.levels[sum] = clip(level[i] + share * (level[i + 1] - level[i]));
    }
  }
  // What ends in white goes on as before.
  const double last = spacingAt(distances, distances.size() - 1).step;
  for (size_t sum = colours.back(); sum <= largestSum; ++sum) {
    map.levels[sum] = clip(level.back() + static_cast<double>(sum - colours.back()) / last);
  }
  return map;
}

/// The mean R, G and B of the pixels about that sum; black where there are none.
std::array<double, 3> ColourCensus::meanAt(double sum) const {
  std::array<double, 3> mean{};
  const auto middle = static_cast<size_t>(std::lround(sum));
  for (size_t reach = 2; reach <= nearSums; reach += 2) {
    uint64_t pixels = 0;
    std::array<uint64_t, 3> components{};
    for (size_t i = middle - std::min(middle, reach); i <= std::min(middle + reach, largestSum); ++i) {
      pixels += shades[i].coloured;
      for (size_t c = 0; c < 3; ++c) components[c] += shades[i].components[c];
    }
    if (pixels < fewestPixels) continue;
    for (size_t c = 0; c < 3; ++c) mean[c] = static_cast<double>(components[c]) / static_cast<double>(pixels);
    return mean;
  }
  return mean;
}

/// By the components that grow all the way from black to the brightest colour, in proportion to their sum: a component
/// that is cut off at 255 tells nothing from there on. Where none grows all the way, by all of them, one after the
/// other.
ColourMap ColourCensus::scaled() const {
  size_t top = largestSum;
  while (top > 0 && shades[top].coloured < fewestPixels) --top;
  const std::array<double, 3> last = meanAt(static_cast<double>(top));
  std::array<bool, 3> grows{true, true, true};
  std::array<double, 3> before{};
  for (int part = 1; part <= parts; ++part) {
    const std::array<double, 3> mean = meanAt(static_cast<double>(top) * part / parts);
    for (size_t c = 0; c < 3; ++c) {
      grows[c] = grows[c] && mean[c] - before[c] > smallestGrowth * std::max(last[c], 1.0);
      before[c] = mean[c];
    }
  }
  ColourMap map;
  const bool someGrow = grows[0] || grows[1] || grows[2];
  bool isCutOff = false;
  for (size_t c = 0; c < 3; ++c) {
    map.weights[c] = !someGrow || grows[c] ? 1 : 0;
    isCutOff = isCutOff || (map.weights[c] == 0 && last[c] >= saturated);
  }

  const auto weighted = [&](const std::array<double, 3> &colour) {
    return map.weights[0] * colour[0] + map.weights[1] * colour[1] + map.weights[2] * colour[2];
  };
  double gain = 0;
  if (isCutOff) {
    gain = 255 / std::max(weighted(last), 1.0);
  } else {
    // The map's brightest colour is as bright as its brightest component.
    uint64_t seen = 0;
    std::array<double, 3> sums{};
    const double enough = brightestPixels * static_cast<double>(coloured);
    for (size_t i = largestSum + 1; i-- > 0 && static_cast<double>(seen) < enough;) {
      seen += shades[i].coloured;
      for (size_t c = 0; c < 3; ++c) sums[c] += static_cast<double>(shades[i].components[c]);
    }
    gain = *std::max_element(sums.begin(), sums.end()) / std::max(weighted(sums), 1.0);
  }
  for (size_t sum = 0; sum <= largestSum; ++sum) map.levels[sum] = clip(gain * static_cast<double>(sum));
  return map;
}

}  // namespace hd
