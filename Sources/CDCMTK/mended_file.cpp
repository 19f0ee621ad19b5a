#include "mended_file.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "element_header.hpp"
#include "support.hpp"

namespace hd {

namespace {

constexpr size_t preambleBytes = 132;
constexpr uint32_t transferSyntaxUID = 0x00020010;
constexpr uint32_t pixelDataTag = 0x7FE00010;
constexpr uint16_t sequenceVR = vrCode('S', 'Q');
constexpr uint16_t unknownVR = vrCode('U', 'N');
/// Real files need less than ten.
constexpr int deepest = 200;
/// How often a byte is looked at before a file is given up: sequences within sequences that are all broken are read
/// again from each of them.
constexpr size_t mostLooks = 16;

/// What cannot be explained; neither leaves this file.
struct Unexplained {};
struct Exhausted {};

class Mender {
 public:
  explicit Mender(const std::vector<uint8_t> &file) : in(file), looksLeft(mostLooks * file.size()) {}

  std::optional<MendedFile> mended() {
    if (in.size() < preambleBytes) return std::nullopt;
    const size_t start = copyMeta();
    if (!isMendable) return std::nullopt;
    try {
      elements(start, in.size(), 0, false);
    } catch (const Unexplained &) {
      return std::nullopt;
    } catch (const Exhausted &) {
      return std::nullopt;
    }
    return std::move(result);
  }

 private:
  std::vector<uint8_t> &out() { return result.bytes; }

  void put16(uint32_t value) {
    out().push_back(static_cast<uint8_t>(value));
    out().push_back(static_cast<uint8_t>(value >> 8));
  }

  void put32(uint32_t value) {
    put16(value & 0xFFFF);
    put16(value >> 16);
  }

  void putTag(uint32_t tag) {
    put16(tag >> 16);
    put16(tag & 0xFFFF);
  }

  void putBytes(size_t at, size_t count) {
    const auto begin = in.begin() + static_cast<std::ptrdiff_t>(at);
    out().insert(out().end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  }

  /// The head of an element with a 32-bit or 16-bit length, as its VR has it.
  void putHeader(uint32_t tag, uint16_t vr, uint32_t length) {
    putTag(tag);
    if (isImplicit) return put32(length);
    if (!hasLongForm(vr) && length > 0xFFFF) vr = unknownVR;
    out().push_back(static_cast<uint8_t>(vr >> 8));
    out().push_back(static_cast<uint8_t>(vr));
    if (!hasLongForm(vr)) return put16(length);
    put16(0);
    put32(length);
  }

  void putDelimiter(uint32_t tag) {
    putTag(tag);
    put32(0);
  }

  /// The preamble and the file meta information, with the right group length; gives where the data set starts.
  size_t copyMeta() {
    size_t at = 0;
    std::string syntax;
    if (in.size() >= preambleBytes && std::memcmp(&in[128], "DICM", 4) == 0) {
      putBytes(0, preambleBytes);
      at = preambleBytes;
      putTag(0x00020000);
      out().insert(out().end(), {'U', 'L', 4, 0, 0, 0, 0, 0});
      const size_t body = out().size();
      while (const auto header = readElementHeader(&in[0] + at, in.size() - at, false)) {
        if (header->tag >> 16 != 2) break;
        const size_t size = header->size + header->length;
        if (header->length > in.size() - at - header->size) break;
        if (header->tag == transferSyntaxUID) {
          const auto *value = reinterpret_cast<const char *>(&in[0] + at + header->size);
          syntax.assign(value, strnlen(value, header->length));
        }
        if (header->tag != 0x00020000) putBytes(at, size);
        at += size;
      }
      const auto length = static_cast<uint32_t>(out().size() - body);
      for (size_t i = 0; i < 4; ++i) out()[body - 4 + i] = static_cast<uint8_t>(length >> (8 * i));
    }
    isImplicit = syntax == "1.2.840.10008.1.2" || (syntax.empty() && startsImplicit(at));
    isMendable = syntax != "1.2.840.10008.1.2.2" && syntax != "1.2.840.10008.1.2.1.99";
    return at;
  }

  bool startsImplicit(size_t at) const {
    const auto header = readElementHeader(&in[0] + at, in.size() - at, false);
    return !header || header->vr == 0;
  }

  ElementHeader headerAt(size_t at, size_t end) const {
    const auto header = readElementHeader(&in[0] + at, end - at, isImplicit);
    if (!header) throw Unexplained();
    return *header;
  }

  /// Elements from `at` on, up to `end` or to the delimiter of the item that they are in; gives where they end.
  size_t elements(size_t at, size_t end, int depth, bool untilDelimiter) {
    uint32_t previous = 0;
    while (at < end) {
      // Nothing behind the pixel data is needed, and filling may be there.
      if (hadPixels && depth == 0) return end;
      spend(8);
      const ElementHeader header = headerAt(at, end);
      if (header.tag == itemEnd && untilDelimiter) return at + header.size;
      // Out of order is what some write; without the letters of a VR it is a sign that this is no element.
      if (header.tag >> 16 == 0xFFFE || (header.tag < previous && header.vr == 0)) throw Unexplained();
      previous = header.tag;
      at = element(at, header, end, depth);
    }
    if (untilDelimiter) throw Failure(HD_TRUNCATED, "A sequence is cut off.");
    return at;
  }

  size_t element(size_t at, const ElementHeader &header, size_t end, int depth) {
    const size_t value = at + header.size;
    if (header.isPrivate()) return skip(header, value, end, depth);
    if (header.tag == pixelDataTag && depth == 0) return pixelData(header, value, end);
    uint16_t vr = header.vr == 0 || header.vr == unknownVR ? dictionaryVR(header.tag) : header.vr;
    if (header.length == undefinedLength) vr = sequenceVR;
    if (vr == sequenceVR) return sequence(header, value, end, depth);
    if (header.length > end - value) tooLong(depth);
    const bool isOdd = header.length % 2 != 0;
    putHeader(header.tag, vr, header.length + isOdd);
    putBytes(value, header.length);
    if (isOdd) out().push_back(vr == vrCode('U', 'I') || hasLongForm(vr) ? 0 : ' ');
    return value + header.length;
  }

  /// A value that is longer than what is left: of the file's end, or of the item that it is in.
  [[noreturn]] static void tooLong(int depth) {
    if (depth > 0) throw Unexplained();
    throw Failure(HD_TRUNCATED, "The file ends within an element.");
  }

  size_t sequence(const ElementHeader &header, size_t at, size_t end, int depth) {
    if (depth >= deepest) throw Failure(HD_CORRUPT, "Its sequences are nested too deeply.");
    const bool isDefined = header.length != undefinedLength;
    if (isDefined && header.length > end - at) tooLong(depth);
    putHeader(header.tag, sequenceVR, undefinedLength);
    const size_t after = items(at, isDefined ? at + header.length : end, !isDefined, depth);
    putDelimiter(sequenceEnd);
    return after;
  }

  size_t items(size_t at, size_t end, bool untilDelimiter, int depth) {
    while (at < end) {
      const ElementHeader header = headerAt(at, end);
      at += header.size;
      if (header.tag == sequenceEnd) return at;
      if (header.tag != itemTag) throw Unexplained();
      const bool isDefined = header.length != undefinedLength;
      if (isDefined && header.length > end - at) throw Unexplained();
      putTag(itemTag);
      put32(undefinedLength);
      at = elements(at, isDefined ? at + header.length : end, depth + 1, !isDefined);
      putDelimiter(itemEnd);
    }
    if (untilDelimiter) throw Failure(HD_TRUNCATED, "A sequence is cut off.");
    return at;
  }

  /// Past a private element, which is not written.
  size_t skip(const ElementHeader &header, size_t at, size_t end, int depth) {
    if (header.length != undefinedLength) {
      if (header.length > end - at) tooLong(depth);
      return at + header.length;
    }
    if (depth >= deepest) throw Failure(HD_CORRUPT, "Its sequences are nested too deeply.");
    const size_t written = out().size();
    size_t after = 0;
    try {
      after = items(at, end, true, depth);
    } catch (const Unexplained &) {
      after = behindDelimiter(header, at, end);
    } catch (const Failure &failure) {
      if (failure.code != HD_TRUNCATED) throw;
      after = behindDelimiter(header, at, end);
    }
    out().resize(written);
    return after;
  }

  /// Behind the first end of a sequence after which an element follows that may be there.
  size_t behindDelimiter(const ElementHeader &header, size_t at, size_t end) {
    static const uint8_t delimiter[] = {0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0};
    auto from = in.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = in.begin() + static_cast<std::ptrdiff_t>(end);
    while (true) {
      const auto found = std::search(from, last, std::begin(delimiter), std::end(delimiter));
      if (found == last) throw Unexplained();
      spend(static_cast<size_t>(found - from));
      const auto after = static_cast<size_t>(found - in.begin()) + sizeof delimiter;
      if (mayFollow(header, after, end)) return after;
      from = found + 1;
    }
  }

  bool mayFollow(const ElementHeader &header, size_t at, size_t end) const {
    if (at == end) return true;
    const auto next = readElementHeader(&in[0] + at, end - at, isImplicit);
    if (!next) return false;
    if (next->tag == itemEnd) return next->length == 0;
    const bool fits = next->length == undefinedLength || next->length <= end - at - next->size;
    // Out of order only what the dictionary knows: a private sequence has elements of its own in it.
    const bool isKnown = next->vr != unknownVR && next->vr == dictionaryVR(next->tag);
    const bool mayBeHere = next->tag > header.tag ? isImplicit || next->vr != 0 : isKnown;
    return mayBeHere && next->tag >> 16 != 0xFFFE && fits;
  }

  size_t pixelData(const ElementHeader &header, size_t at, size_t end) {
    hadPixels = true;
    const uint16_t vr = header.vr == 0 || header.vr == unknownVR ? vrCode('O', 'W') : header.vr;
    if (header.length == undefinedLength) {
      putHeader(header.tag, vrCode('O', 'B'), undefinedLength);
      return fragments(at, end);
    }
    if (header.length > end - at) throw Failure(HD_TRUNCATED, "The file ends within its pixel data.");
    const bool isOdd = header.length % 2 != 0;
    putHeader(header.tag, vr, header.length + isOdd);
    putBytes(at, header.length);
    if (isOdd) out().push_back(0);
    return at + header.length;
  }

  /// Fragments and their offset table. Where lengths change, so do the offsets.
  size_t fragments(size_t at, size_t end) {
    const size_t table = out().size();
    std::vector<std::pair<size_t, size_t>> places;  // In the file and in what is written.
    bool hasTable = false;
    size_t origin = 0;
    while (true) {
      at = skipFilling(at, end);
      if (end - at < 8) {
        result.endsWithoutDelimiter = true;
        break;
      }
      const ElementHeader header = headerAt(at, end);
      if (header.tag == sequenceEnd) {
        at += header.size;
        break;
      }
      if (header.length > end - at - header.size) throw Failure(HD_TRUNCATED, "The file ends within a fragment.");
      if (hasTable) {
        if (places.empty()) origin = at;
        places.emplace_back(at - origin, out().size());
      }
      hasTable = true;
      const bool isOdd = header.length % 2 != 0;
      putTag(itemTag);
      put32(header.length + isOdd);
      putBytes(at + header.size, header.length);
      if (isOdd) out().push_back(0);
      at += header.size + header.length;
    }
    if (hasTable && !places.empty()) rewriteTable(table, places);
    putDelimiter(sequenceEnd);
    return at;
  }

  /// Where the next item or the end of the sequence starts.
  size_t skipFilling(size_t at, size_t end) const {
    for (; end - at >= 8; ++at) {
      const uint32_t tag = uint32_t{littleEndian16(&in[at])} << 16 | littleEndian16(&in[at + 2]);
      if (tag == itemTag || tag == sequenceEnd) return at;
    }
    return end;
  }

  void rewriteTable(size_t table, const std::vector<std::pair<size_t, size_t>> &places) {
    const size_t entries = littleEndian32(&out()[table + 4]) / 4;
    const size_t origin = places.front().second;
    size_t place = 0;
    for (size_t i = 0; i < entries; ++i) {
      uint8_t *entry = &out()[table + 8 + 4 * i];
      const uint32_t offset = littleEndian32(entry);
      while (place < places.size() && places[place].first < offset) ++place;
      if (place == places.size() || places[place].first != offset) return;
      const auto written = static_cast<uint32_t>(places[place].second - origin);
      for (size_t byte = 0; byte < 4; ++byte) entry[byte] = static_cast<uint8_t>(written >> (8 * byte));
    }
  }

  void spend(size_t looks) {
    if (looks > looksLeft) throw Exhausted();
    looksLeft -= looks;
  }

  const std::vector<uint8_t> &in;
  size_t looksLeft;
  MendedFile result;
  bool isImplicit = false;
  bool isMendable = true;
  bool hadPixels = false;
};

}  // namespace

std::optional<MendedFile> mendedFile(const std::vector<uint8_t> &file) { return Mender(file).mended(); }

}  // namespace hd
