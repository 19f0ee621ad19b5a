#include "encapsulated_frames.hpp"

#include <algorithm>
#include <numeric>

#include "rle.hpp"
#include "support.hpp"

namespace hd {

namespace {

/// Header, colour profile and thumbnails of a frame end within this.
constexpr size_t longestJPEGHeader = 256 << 10;
constexpr size_t usualJPEGHeader = 4 << 10;
/// An end-of-image marker may be followed by padding.
constexpr size_t longestPadding = 64;

DcmPixelData &pixelDataOf(DcmElement &element) {
  auto *pixelData = dynamic_cast<DcmPixelData *>(&element);
  if (pixelData == nullptr) throw Failure(HD_CORRUPT, "PixelData is no pixel data element.");
  return *pixelData;
}

uint32_t littleEndian(const uint8_t *b) {
  return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
}

}  // namespace

EncapsulatedFrames::EncapsulatedFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format,
                                       DcmElement &element, const DcmXfer &syntax)
    : FrameSource(dataset, cache, format), pixelData(pixelDataOf(element)), isRLE(syntax.getXfer() == EXS_RLELossless) {
  if (pixelData.getEncapsulatedRepresentation(syntax.getXfer(), nullptr, fragments).bad() || fragments == nullptr) {
    throw Failure(HD_CORRUPT, "PixelData is not encapsulated as the transfer syntax says.");
  }
  locateFrames();
  // DCMTK asks for an even number of bytes.
  samples.resize(format.fullFrameBytes() + 1);
}

DcmPixelItem &EncapsulatedFrames::item(uint32_t index) {
  DcmPixelItem *found = nullptr;
  check(fragments->getItem(found, index), "A fragment is missing");
  return *found;
}

std::vector<uint8_t> EncapsulatedFrames::bytes(uint32_t index, size_t offset, size_t count) {
  DcmPixelItem &fragment = item(index);
  const size_t length = fragment.getLength();
  offset = std::min(offset, length);
  std::vector<uint8_t> read(std::min(count, length - offset));
  if (read.empty()) return read;
  check(fragment.getPartialValue(read.data(), static_cast<Uint32>(offset), static_cast<Uint32>(read.size()), &cache),
        "A fragment cannot be read");
  return read;
}

std::vector<uint8_t> EncapsulatedFrames::prefix(uint32_t frame, size_t limit) {
  std::vector<uint8_t> all;
  for (uint32_t i = firstItem(frame); i < endItem(frame) && all.size() < limit; ++i) {
    const std::vector<uint8_t> more = bytes(i, 0, limit - all.size());
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

/// One fragment a frame is the rule. Where there are more, the offset table or else the start-of-image markers
/// tell where frames begin.
void EncapsulatedFrames::locateFrames() {
  const auto count = static_cast<uint32_t>(fragments->card());
  const uint32_t present = count == 0 ? 0 : count - 1;
  if (present < format.frames) {
    throw Failure(HD_TRUNCATED, "NumberOfFrames is " + std::to_string(format.frames) + ", but there are " +
                                    std::to_string(present) + " fragments.");
  }
  if (present == format.frames) {
    starts.resize(format.frames);
    std::iota(starts.begin(), starts.end(), 1u);
  } else if (format.frames == 1) {
    starts = {1};
  } else if (isRLE || !(locateByOffsetTable() || locateByStartOfImage())) {
    throw Failure(HD_CORRUPT, "It cannot be told which fragments belong to which frame.");
  }
  starts.push_back(count);
}

bool EncapsulatedFrames::locateByOffsetTable() {
  const std::vector<uint8_t> table = bytes(0, 0, size_t{format.frames} * 4);
  if (table.size() != size_t{format.frames} * 4) return false;
  starts.clear();
  uint64_t offset = 0;
  for (uint32_t i = 1; i < fragments->card() && starts.size() < format.frames; ++i) {
    if (littleEndian(&table[starts.size() * 4]) == offset) starts.push_back(i);
    offset += 8 + uint64_t{item(i).getLength()};
  }
  return starts.size() == format.frames && starts.front() == 1;
}

bool EncapsulatedFrames::locateByStartOfImage() {
  starts.clear();
  for (uint32_t i = 1; i < fragments->card(); ++i) {
    const std::vector<uint8_t> first = bytes(i, 0, 2);
    if (startsJPEG(first.data(), first.size())) starts.push_back(i);
  }
  return starts.size() == format.frames && starts.front() == 1;
}

PixelFormat EncapsulatedFrames::decodeRLEFrame(uint32_t frame) {
  const uint32_t index = firstItem(frame);
  decodeRLE(bytes(index, 0, item(index).getLength()), format, samples.data());
  PixelFormat decoded = format;
  decoded.planar = format.samples > 1;
  if (format.model == ColourModel::ybrFull422) decoded.model = ColourModel::ybrFull;
  return decoded;
}

/// DCMTK decodes a picture that is smaller than Rows x Columns without a word.
PixelFormat EncapsulatedFrames::checkJPEG(uint32_t frame) {
  std::optional<JPEGHeader> header;
  for (const size_t limit : {usualJPEGHeader, longestJPEGHeader}) {
    if (header) break;
    const std::vector<uint8_t> start = prefix(frame, limit);
    header = readJPEGHeader(start.data(), start.size());
  }
  if (!header) throw Failure(HD_CORRUPT, "A frame has no JPEG frame header.");
  if (header->rows != format.rows || header->columns != format.columns) {
    throw Failure(HD_CORRUPT, "A JPEG frame is not of Rows x Columns pixels.");
  }
  if (header->components != format.samples || header->precision < 2 ||
      (header->precision + 7) / 8 != format.bytesPerSample()) {
    throw Failure(HD_CORRUPT, "A JPEG frame's samples are not as the header says.");
  }
  checkEnd(frame);
  return formatOf(*header);
}

/// The stream knows better than PhotometricInterpretation whether it holds RGB.
PixelFormat EncapsulatedFrames::formatOf(const JPEGHeader &header) const {
  PixelFormat decoded = format;
  decoded.planar = false;
  if (format.samples == 1) return decoded;
  if (format.model == ColourModel::ybrFull422) decoded.model = ColourModel::ybrFull;
  if (header.colour == JPEGColour::rgb) decoded.model = ColourModel::rgb;
  if (header.colour == JPEGColour::ybr) decoded.model = ColourModel::ybrFull;
  return decoded;
}

/// A decoder fills up what a cut frame lacks.
void EncapsulatedFrames::checkEnd(uint32_t frame) {
  const uint32_t last = endItem(frame) - 1;
  const size_t length = item(last).getLength();
  const std::vector<uint8_t> tail = bytes(last, length - std::min(length, longestPadding), longestPadding);
  const uint8_t endOfImage[] = {0xFF, 0xD9};
  if (std::search(tail.begin(), tail.end(), std::begin(endOfImage), std::end(endOfImage)) == tail.end()) {
    throw Failure(HD_TRUNCATED, "A JPEG frame ends without its end marker.");
  }
}

PixelFormat EncapsulatedFrames::decode(uint32_t frame) {
  return isRLE ? decodeRLEFrame(frame) : decodeJPEGFrame(frame);
}

PixelFormat EncapsulatedFrames::decodeJPEGFrame(uint32_t frame) {
  const PixelFormat decoded = checkJPEG(frame);
  Uint32 fragment = firstItem(frame);
  OFString model;
  const auto size = static_cast<Uint32>(format.fullFrameBytes());
  const OFCondition condition = pixelData.getUncompressedFrame(&dataset, frame, fragment, samples.data(),
                                                               size + size % 2, model, &cache);
  forget(frame);
  check(condition, "A frame cannot be decoded");
  return decoded;
}

/// Lets go of the compressed bytes, which stay on disk.
void EncapsulatedFrames::forget(uint32_t frame) {
  for (uint32_t i = firstItem(frame); i < endItem(frame); ++i) item(i).compact();
}

}  // namespace hd
