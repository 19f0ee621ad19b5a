/// The little of a JPEG or JPEG-LS stream that is checked before a decoder sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hd {

/// How the components of a colour picture are to be read.
enum class JPEGColour { unspecified, rgb, ybr };

/// The frame header (SOF), ITU-T T.81 B.2.2, and what the stream says of its colour.
struct JPEGHeader {
  uint32_t rows;
  uint32_t columns;
  uint32_t precision;
  uint32_t components;
  JPEGColour colour;
  /// The second byte of the SOF marker: the coding process.
  uint8_t process;
};

/// Starts a stream: 0xFF, SOI.
bool startsJPEG(const uint8_t *bytes, size_t count);

/// nullopt where no whole frame header is within the bytes.
std::optional<JPEGHeader> readJPEGHeader(const uint8_t *bytes, size_t count);

/// How many bytes the stream takes up to its end-of-image marker; 0 where it has none. What fills the fragment behind
/// it is no part of it.
size_t endOfJPEG(const uint8_t *bytes, size_t count);

}  // namespace hd
