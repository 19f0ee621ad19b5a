#include "encapsulated_frames.hpp"

#include <memory>

#include "dcmtk/dcmdata/dccodec.h"
#include "dcmtk/dcmdata/dctk.h"

#include "jpeg_reader.hpp"
#include "rle.hpp"
#include "support.hpp"

namespace hd {

namespace {

/// The decoder for a stream is chosen by its frame header: some programs write another process under the name of the
/// transfer syntax.
E_TransferSyntax syntaxOf(const JPEGHeader &header) {
  switch (header.process) {
    case 0xC0:
      return EXS_JPEGProcess1;
    case 0xC1:
      return EXS_JPEGProcess2_4;
    case 0xC2:
      return EXS_JPEGProcess10_12;
    case 0xC3:
      return EXS_JPEGProcess14;
    case 0xF7:
      return EXS_JPEGLSLossless;
    default:
      throw Failure(HD_UNSUPPORTED_PIXELS, "A frame's JPEG process is not supported.");
  }
}

/// One frame as the pixel sequence of an object that has no other: an empty offset table and the stream.
std::unique_ptr<DcmPixelSequence> sequence(const uint8_t *stream, size_t count) {
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  auto table = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  check(sequence->insert(table.get()), "A frame cannot be decoded");
  (void)table.release();
  auto item = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  check(item->putUint8Array(stream, static_cast<unsigned long>(count)), "A frame cannot be decoded");
  check(sequence->insert(item.get()), "A frame cannot be decoded");
  (void)item.release();
  return sequence;
}

bool isBaseline(const JPEGHeader &header) { return header.process == 0xC0 && header.precision == 8; }

bool startsJPEG2000(const std::vector<uint8_t> &s) {
  const bool codestream = s.size() >= 4 && s[0] == 0xFF && s[1] == 0x4F && s[2] == 0xFF && s[3] == 0x51;
  return codestream || (s.size() >= 8 && s[4] == 'j' && s[5] == 'P' && s[6] == ' ' && s[7] == ' ');
}

}  // namespace

EncapsulatedFrames::EncapsulatedFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format,
                                       Fragments fragments, std::vector<uint32_t> starts, bool isRLE)
    : FrameSource(dataset, cache, format), fragments(std::move(fragments)), starts(std::move(starts)), isRLE(isRLE) {
  // DCMTK asks for an even number of bytes.
  samples.resize(format.fullFrameBytes() + 1);
  const std::pair<DcmTagKey, uint32_t> numbers[] = {
      {DCM_Rows, format.rows},
      {DCM_Columns, format.columns},
      {DCM_SamplesPerPixel, format.samples},
      {DCM_BitsAllocated, format.bitsAllocated},
      {DCM_BitsStored, format.bitsStored},
      {DCM_HighBit, format.bitsStored - 1},
      {DCM_PixelRepresentation, 0},
      {DCM_PlanarConfiguration, 0},
  };
  for (const auto &[tag, value] : numbers) {
    check(frameHeader.putAndInsertUint16(tag, static_cast<Uint16>(value)), "A frame cannot be decoded");
  }
  OFString model;
  (void)dataset.findAndGetOFString(DCM_PhotometricInterpretation, model);
  check(frameHeader.putAndInsertString(DCM_PhotometricInterpretation, model.c_str()), "A frame cannot be decoded");
  check(frameHeader.putAndInsertString(DCM_NumberOfFrames, "1"), "A frame cannot be decoded");
}

PixelFormat EncapsulatedFrames::decode(uint32_t frame) {
  const std::vector<uint8_t> stream = fragments.joined(starts[frame], starts[frame + 1]);
  return isRLE ? decodeRLEFrame(stream) : decodeJPEGFrame(stream);
}

bool EncapsulatedFrames::decodeLuma(uint32_t frame, uint8_t *gray) {
  if (isRLE || format.samples != 3) return false;
  const std::vector<uint8_t> stream = fragments.joined(starts[frame], starts[frame + 1]);
  const JPEGHeader header = checkedHeader(stream);
  if (!isBaseline(header) || formatOf(header).model != ColourModel::ybrFull) return false;
  const size_t count = endOfJPEG(stream.data(), stream.size());
  return count != 0 && decodeBaselineLuma(stream.data(), count, format, gray);
}

PixelFormat EncapsulatedFrames::decodeRLEFrame(const std::vector<uint8_t> &stream) {
  decodeRLE(stream, format, samples.data());
  PixelFormat decoded = format;
  decoded.planar = format.samples > 1;
  if (format.model == ColourModel::ybrFull422) decoded.model = ColourModel::ybrFull;
  return decoded;
}

/// DCMTK decodes a picture that is smaller than Rows x Columns without a word.
JPEGHeader EncapsulatedFrames::checkedHeader(const std::vector<uint8_t> &stream) const {
  if (startsJPEG2000(stream)) {
    throw Failure(HD_UNSUPPORTED_TRANSFER_SYNTAX, "The frames are JPEG 2000, whatever the transfer syntax says.");
  }
  const std::optional<JPEGHeader> header = readJPEGHeader(stream.data(), stream.size());
  if (!header) throw Failure(HD_CORRUPT, "A frame has no JPEG frame header.");
  if (header->rows != format.rows || header->columns != format.columns) {
    throw Failure(HD_CORRUPT, "A JPEG frame is not of Rows x Columns pixels.");
  }
  if (header->components != format.samples || header->precision < 2 ||
      (header->precision + 7) / 8 != format.bytesPerSample()) {
    throw Failure(HD_CORRUPT, "A JPEG frame's samples are not as the header says.");
  }
  return *header;
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

PixelFormat EncapsulatedFrames::decodeJPEGFrame(const std::vector<uint8_t> &stream) {
  const JPEGHeader header = checkedHeader(stream);
  // A decoder fills up what a cut frame lacks.
  size_t count = endOfJPEG(stream.data(), stream.size());
  if (count == 0) throw Failure(HD_TRUNCATED, "A JPEG frame ends without its end marker.");
  // What the fast decoder finds odd, DCMTK judges.
  if (isBaseline(header) && decodeBaselineJPEG(stream.data(), count, format, samples.data())) return formatOf(header);
  std::vector<uint8_t> even(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count));
  if (count % 2 != 0) even.push_back(0);
  Uint32 fragment = 1;
  OFString model;
  const auto size = static_cast<Uint32>(format.fullFrameBytes());
  check(DcmCodecList::decodeFrame(DcmXfer(syntaxOf(header)), nullptr, sequence(even.data(), even.size()).get(),
                                  &frameHeader, 0, fragment, samples.data(), size + size % 2, model),
        "A frame cannot be decoded");
  return formatOf(header);
}

}  // namespace hd
