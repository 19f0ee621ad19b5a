#include "frame_source.hpp"

#include "dcmtk/dcmdata/dctk.h"

#include "encapsulated_frames.hpp"
#include "support.hpp"

namespace hd {

namespace {

/// DCMTK opens the others as well and fails late, with texts that mislead.
bool isSupported(const DcmXfer &syntax) {
  switch (syntax.getXfer()) {
    case EXS_LittleEndianImplicit:
    case EXS_LittleEndianExplicit:
    case EXS_BigEndianExplicit:
    case EXS_DeflatedLittleEndianExplicit:
    case EXS_JPEGProcess1:
    case EXS_JPEGProcess2_4:
    case EXS_JPEGProcess14:
    case EXS_JPEGProcess14SV1:
    case EXS_JPEGLSLossless:
    case EXS_JPEGLSLossy:
    case EXS_RLELossless:
      return true;
    default:
      return false;
  }
}

/// JPEG 2000 Part 15 (HTJ2K) and JPEG XL are younger than DCMTK's list of names.
std::string nameOf(const std::string &uid) {
  if (uid.rfind("1.2.840.10008.1.2.4.11", 0) == 0) return "JPEG XL";
  if (uid.rfind("1.2.840.10008.1.2.4.20", 0) == 0) return "High-Throughput JPEG 2000";
  const DcmXfer syntax(uid.c_str());
  return syntax.getXfer() == EXS_Unknown ? "an unknown one" : syntax.getXferName();
}

/// Uncompressed samples, frame after frame.
class NativeFrames final : public FrameSource {
 public:
  NativeFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &stated, DcmElement &pixelData)
      : FrameSource(dataset, cache, storedFormat(stated, pixelData)),
        pixelData(pixelData),
        frameBytes(storedBytes(format)) {
    const uint64_t needed = uint64_t{frameBytes} * format.frames;
    if (pixelData.getLength() < needed) throw Failure(HD_TRUNCATED, "PixelData is shorter than its frames.");
    samples.resize(frameBytes);
  }

 protected:
  PixelFormat decode(uint32_t frame) override {
    check(pixelData.getPartialValue(samples.data(), static_cast<Uint32>(frame * frameBytes),
                                    static_cast<Uint32>(frameBytes), &cache, EBO_LittleEndian),
          "A frame cannot be read");
    return format;
  }

 private:
  /// Programs that decompress often leave YBR_FULL_422 standing over three bytes a pixel: the length decides.
  static PixelFormat storedFormat(PixelFormat format, DcmElement &pixelData) {
    const uint64_t full = uint64_t{format.fullFrameBytes()} * format.frames;
    const uint64_t length = pixelData.getLength();
    // Data of odd length are padded by one byte.
    if (format.model == ColourModel::ybrFull422 && (length == full || length == full + 1)) {
      format.model = ColourModel::ybrFull;
    }
    return format;
  }

  /// YBR_FULL_422 stores two bytes a pixel; DCMTK computes three.
  static size_t storedBytes(const PixelFormat &format) {
    if (format.model != ColourModel::ybrFull422) return format.fullFrameBytes();
    if (format.columns % 2 != 0 || format.planar) {
      throw Failure(HD_UNSUPPORTED_PIXELS, "YBR_FULL_422 with odd Columns or in planes is not supported.");
    }
    return format.pixels() * 2;
  }

  DcmElement &pixelData;
  const size_t frameBytes;
};

}  // namespace

FrameSource::FrameSource(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &format)
    : dataset(dataset), cache(cache), format(format) {
  if (format.model == ColourModel::palette) palette.emplace(dataset, cache);
}

double FrameSource::read(uint32_t frame, hd_box box, uint8_t *gray, size_t capacity) {
  if (frame >= format.frames) {
    throw Failure(HD_TRUNCATED, "Frame " + std::to_string(frame) + " was asked for of " +
                                    std::to_string(format.frames) + ".");
  }
  if (capacity < format.pixels()) throw Failure(HD_TOO_LARGE, "The frame is larger than its buffer.");
  const PixelFormat decoded = decode(frame);
  return fillLuma(decoded, samples.data(), palette ? &*palette : nullptr, box, gray);
}

std::unique_ptr<FrameSource> makeFrameSource(DcmDataset &dataset, const std::string &transferSyntax,
                                             const hd_limits &limits, DcmFileCache &cache) {
  const DcmXfer syntax(transferSyntax.c_str());
  if (!isSupported(syntax)) {
    throw Failure(HD_UNSUPPORTED_TRANSFER_SYNTAX,
                  "The transfer syntax, " + nameOf(transferSyntax) + " (" + transferSyntax + "), is not supported.");
  }
  DcmElement *element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
    throw Failure(HD_CORRUPT, "The file has no PixelData.");
  }
  const PixelFormat format = readPixelFormat(dataset, limits);
  if (!syntax.isEncapsulated()) return std::make_unique<NativeFrames>(dataset, cache, format, *element);
  return std::make_unique<EncapsulatedFrames>(dataset, cache, format, *element, syntax);
}

}  // namespace hd
