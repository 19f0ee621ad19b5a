#include "rle.hpp"

#include <algorithm>

#include "support.hpp"

namespace hd {

namespace {

/// Sixteen 32-bit words: the number of segments, then where each starts.
constexpr size_t headerBytes = 64;
constexpr uint32_t mostSegments = 15;
constexpr uint8_t noOperation = 128;

uint32_t headerWord(const std::vector<uint8_t> &fragment, uint32_t index) {
  const uint8_t *b = &fragment[4 * size_t{index}];
  return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
}

/// The segments' offsets and, last, the fragment's length. Each lies behind the one before.
std::vector<size_t> segmentBounds(const std::vector<uint8_t> &fragment, uint32_t expected) {
  if (fragment.size() < headerBytes) throw Failure(HD_CORRUPT, "An RLE frame is shorter than its header.");
  if (headerWord(fragment, 0) != expected || expected > mostSegments) {
    throw Failure(HD_CORRUPT, "The number of RLE segments does not suit the samples of a pixel.");
  }
  std::vector<size_t> bounds;
  for (uint32_t i = 1; i <= expected; ++i) bounds.push_back(headerWord(fragment, i));
  bounds.push_back(fragment.size());
  if (bounds.front() < headerBytes || !std::is_sorted(bounds.begin(), bounds.end())) {
    throw Failure(HD_CORRUPT, "An RLE segment lies outside of its frame.");
  }
  return bounds;
}

/// Writes `count` bytes, `stride` apart: G.3.2. A last run that is longer than the frame is cut.
void decodeSegment(const uint8_t *in, const uint8_t *end, uint8_t *out, size_t stride, size_t count) {
  size_t done = 0;
  while (done < count) {
    if (in == end) throw Failure(HD_CORRUPT, "An RLE segment ends before its frame does.");
    const uint8_t code = *in++;
    if (code == noOperation) continue;
    const bool literal = code < noOperation;
    const size_t run = literal ? size_t{code} + 1 : 257 - size_t{code};
    const size_t stored = literal ? run : 1;
    if (static_cast<size_t>(end - in) < stored) throw Failure(HD_CORRUPT, "An RLE run ends outside of its segment.");
    const size_t taken = std::min(run, count - done);
    for (size_t i = 0; i < taken; ++i) out[(done + i) * stride] = literal ? in[i] : in[0];
    in += stored;
    done += taken;
  }
}

}  // namespace

void decodeRLE(const std::vector<uint8_t> &fragment, const PixelFormat &format, uint8_t *samples) {
  const size_t width = format.bytesPerSample();
  const auto segments = static_cast<uint32_t>(format.samples * width);
  const std::vector<size_t> bounds = segmentBounds(fragment, segments);
  for (uint32_t i = 0; i < segments; ++i) {
    // The most significant byte of a sample comes first.
    const size_t first = i / width * format.pixels() * width + (width - 1 - i % width);
    decodeSegment(&fragment[0] + bounds[i], &fragment[0] + bounds[i + 1], samples + first, width, format.pixels());
  }
}

}  // namespace hd
