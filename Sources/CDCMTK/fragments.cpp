#include "fragments.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "jpeg_header.hpp"
#include "support.hpp"

namespace hd {

namespace {

uint32_t littleEndian(const uint8_t *b) {
  return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
}

using Starts = std::vector<uint32_t>;

Starts oneEach(const Fragments &fragments) {
  Starts starts(fragments.end() - 1);
  std::iota(starts.begin(), starts.end(), 1u);
  return starts;
}

/// Empty where the table does not fit the fragments.
Starts byOffsetTable(Fragments &fragments) {
  const std::vector<uint8_t> table = fragments.bytes(0, 0, fragments.length(0));
  Starts starts;
  uint64_t offset = 0;
  for (uint32_t i = 1; i < fragments.end() && starts.size() * 4 + 4 <= table.size(); ++i) {
    if (littleEndian(&table[starts.size() * 4]) == offset) starts.push_back(i);
    offset += 8 + uint64_t{fragments.length(i)};
  }
  const bool fits = !starts.empty() && starts.size() * 4 == table.size() && starts.front() == 1;
  return fits ? starts : Starts{};
}

/// Empty where the first fragment is not the start of an image.
Starts byStartOfImage(Fragments &fragments) {
  Starts starts;
  for (uint32_t i = 1; i < fragments.end(); ++i) {
    const std::vector<uint8_t> first = fragments.bytes(i, 0, 2);
    if (startsJPEG(first.data(), first.size())) starts.push_back(i);
    if (starts.empty()) return starts;
  }
  return starts;
}

}  // namespace

Fragments::Fragments(DcmElement &element, const DcmXfer &syntax, DcmFileCache &cache) : cache(cache) {
  auto *pixelData = dynamic_cast<DcmPixelData *>(&element);
  if (pixelData == nullptr) throw Failure(HD_CORRUPT, "PixelData is no pixel data element.");
  if (pixelData->getEncapsulatedRepresentation(syntax.getXfer(), nullptr, sequence).bad() || sequence == nullptr) {
    throw Failure(HD_CORRUPT, "PixelData is not encapsulated as the transfer syntax says.");
  }
  count = std::max<uint32_t>(1, static_cast<uint32_t>(sequence->card()));
}

DcmPixelItem &Fragments::item(uint32_t index) {
  DcmPixelItem *found = nullptr;
  check(sequence->getItem(found, index), "A fragment is missing");
  return *found;
}

size_t Fragments::length(uint32_t index) { return sequence->card() == 0 ? 0 : item(index).getLength(); }

std::vector<uint8_t> Fragments::bytes(uint32_t index, size_t offset, size_t wanted) {
  const size_t all = length(index);
  offset = std::min(offset, all);
  std::vector<uint8_t> read(std::min(wanted, all - offset));
  if (read.empty()) return read;
  check(item(index).getPartialValue(read.data(), static_cast<Uint32>(offset), static_cast<Uint32>(read.size()), &cache),
        "A fragment cannot be read");
  return read;
}

std::vector<uint8_t> Fragments::joined(uint32_t first, uint32_t end, size_t limit) {
  std::vector<uint8_t> all;
  for (uint32_t i = first; i < end && all.size() < limit; ++i) {
    const std::vector<uint8_t> more = bytes(i, 0, limit - all.size());
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<uint32_t> frameStarts(Fragments &fragments, uint32_t stated, bool isRLE) {
  const uint32_t present = fragments.end() - 1;
  if (present == 0) throw Failure(HD_TRUNCATED, "There are no fragments.");
  Starts starts;
  if (present == stated) {
    starts = oneEach(fragments);
  } else if (stated == 1) {
    starts = {1};
  } else {
    starts = byOffsetTable(fragments);
    const bool isListed = starts.size() > 1 && starts.size() >= stated;
    if (!isListed && !isRLE) starts = std::max(starts, byStartOfImage(fragments), [](const auto &a, const auto &b) {
      return a.size() < b.size();
    });
    // Of RLE every fragment may be a frame, where there are not too many of them for that.
    if (!isListed && isRLE && starts.empty() && (present < stated || stated == 0)) starts = oneEach(fragments);
  }
  if (starts.empty()) throw Failure(HD_CORRUPT, "It cannot be determined which fragments belong to which frame.");
  if (starts.size() * 2 < stated) {
    throw Failure(HD_TRUNCATED, "NumberOfFrames is " + std::to_string(stated) + ", but there are only " +
                                    std::to_string(starts.size()) + " frames.");
  }
  if (stated > 0 && starts.size() > stated) {
    // Without a start the fragments behind the last frame would be taken for a part of it.
    starts.resize(size_t{stated} + 1);
    return starts;
  }
  starts.push_back(fragments.end());
  return starts;
}

}  // namespace hd
