#include "jpeg_header.hpp"

#include <cstring>

namespace hd {

namespace {

constexpr uint8_t startOfImage = 0xD8;
constexpr uint8_t endOfImage = 0xD9;
constexpr uint8_t startOfScan = 0xDA;
constexpr uint8_t app0 = 0xE0;
constexpr uint8_t app14 = 0xEE;
constexpr uint8_t jpegLS = 0xF7;

uint32_t word(const uint8_t *bytes) { return static_cast<uint32_t>(bytes[0] << 8 | bytes[1]); }

/// SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC); SOF55 is JPEG-LS.
bool isFrameHeader(uint8_t marker) {
  if (marker == jpegLS) return true;
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool isLossless(uint8_t marker) { return marker == jpegLS || (marker >= 0xC0 && (marker & 3) == 3); }

/// JFIF's APP0 marker means YCbCr, Adobe's APP14 says which; in this order of weight.
JPEGColour colourOf(uint8_t marker, const uint8_t *segment, size_t length, JPEGColour before) {
  if (marker == app14 && length >= 14 && std::memcmp(segment + 2, "Adobe", 5) == 0) {
    return segment[13] == 0 ? JPEGColour::rgb : JPEGColour::ybr;
  }
  const bool jfif = marker == app0 && length >= 7 && std::memcmp(segment + 2, "JFIF", 5) == 0;
  return jfif && before == JPEGColour::unspecified ? JPEGColour::ybr : before;
}

/// `segment` starts at its length and holds a component each three bytes from its eighth on: name, sampling
/// factors, table. What is named R, G, B is that, and what is subsampled is not. Lossless streams keep the
/// photometric interpretation, whatever JFIF would make of them.
JPEGHeader frameHeader(uint8_t marker, const uint8_t *segment, size_t length, JPEGColour colour) {
  JPEGHeader header{word(segment + 3), word(segment + 5), segment[2], segment[7], colour, marker};
  if (isLossless(marker)) header.colour = JPEGColour::unspecified;
  if (header.components != 3 || length < 17) return header;
  if (segment[8] == 'R' && segment[11] == 'G' && segment[14] == 'B') header.colour = JPEGColour::rgb;
  if (segment[9] != segment[12]) header.colour = JPEGColour::ybr;
  return header;
}

}  // namespace

bool startsJPEG(const uint8_t *bytes, size_t count) {
  return count >= 2 && bytes[0] == 0xFF && bytes[1] == startOfImage;
}

std::optional<JPEGHeader> readJPEGHeader(const uint8_t *bytes, size_t count) {
  if (!startsJPEG(bytes, count)) return std::nullopt;
  JPEGColour colour = JPEGColour::unspecified;
  size_t at = 2;
  while (at + 4 <= count && bytes[at] == 0xFF) {
    const uint8_t marker = bytes[at + 1];
    if (marker == 0xFF) {  // A fill byte.
      ++at;
      continue;
    }
    const uint8_t *segment = bytes + at + 2;
    const size_t length = word(segment);
    if (length < 2 || at + 2 + length > count || marker == startOfScan) return std::nullopt;
    if (isFrameHeader(marker)) {
      if (length < 8) return std::nullopt;
      return frameHeader(marker, segment, length, colour);
    }
    colour = colourOf(marker, segment, length, colour);
    at += 2 + length;
  }
  return std::nullopt;
}

namespace {

/// RST0 to RST7 are within coded data; what follows 0xFF there with its highest bit clear is data as well, in
/// JPEG-LS any value of it (ITU-T T.87 A.1), else 0.
bool isWithinData(uint8_t second) { return second < 0x80 || (second >= 0xD0 && second <= 0xD7); }

/// Whether nothing but filling follows an end-of-image marker.
size_t endBeforeFilling(const uint8_t *bytes, size_t count) {
  while (count >= 2 && !(bytes[count - 2] == 0xFF && bytes[count - 1] == endOfImage)) {
    if (bytes[count - 1] != 0 && bytes[count - 1] != 0xFF) return 0;
    --count;
  }
  return count >= 2 ? count : 0;
}

}  // namespace

size_t endOfJPEG(const uint8_t *bytes, size_t count) {
  if (!startsJPEG(bytes, count)) return 0;
  size_t at = 2;
  while (at + 2 <= count) {
    const auto *marker = static_cast<const uint8_t *>(std::memchr(bytes + at, 0xFF, count - at - 1));
    if (marker == nullptr) break;
    at = static_cast<size_t>(marker - bytes);
    const uint8_t second = bytes[at + 1];
    if (second == endOfImage) return at + 2;
    if (second == 0xFF) {
      ++at;
    } else if (isWithinData(second) || second == startOfImage) {
      at += 2;
    } else if (at + 4 <= count && word(bytes + at + 2) >= 2) {
      at += 2 + word(bytes + at + 2);
    } else {
      break;
    }
  }
  return endBeforeFilling(bytes, count);
}

}  // namespace hd
