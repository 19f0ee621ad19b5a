/// The head of a data element as it is in a little endian file, whatever its encoding: PS3.5 7.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hd {

constexpr uint32_t undefinedLength = 0xFFFFFFFF;
constexpr uint32_t itemTag = 0xFFFEE000;
constexpr uint32_t itemEnd = 0xFFFEE00D;
constexpr uint32_t sequenceEnd = 0xFFFEE0DD;

struct ElementHeader {
  /// Group and element.
  uint32_t tag = 0;
  /// The two letters; 0 where the encoding is implicit, or for items and delimiters.
  uint16_t vr = 0;
  uint32_t length = 0;
  /// Bytes up to the value.
  size_t size = 0;

  bool isPrivate() const { return (tag >> 16) % 2 != 0; }
};

constexpr uint16_t vrCode(char first, char second) {
  return static_cast<uint16_t>(static_cast<uint8_t>(first) << 8 | static_cast<uint8_t>(second));
}

uint16_t littleEndian16(const uint8_t *bytes);
uint32_t littleEndian32(const uint8_t *bytes);

/// Whether the letters are a value representation of PS3.5 6.2.
bool isVR(uint16_t vr);
/// Whether it has a 32-bit length behind two reserved bytes: PS3.5 7.1.2.
bool hasLongForm(uint16_t vr);
/// By the data dictionary; UN where the element is private or not known.
uint16_t dictionaryVR(uint32_t tag);

/// nullopt where fewer than a whole head's bytes are left. A head whose fifth and sixth byte are a value representation
/// is explicit; where the file `isImplicit`, only if they are the dictionary's for the tag.
std::optional<ElementHeader> readElementHeader(const uint8_t *bytes, size_t count, bool isImplicit);

}  // namespace hd
