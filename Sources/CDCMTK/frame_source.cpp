#include "frame_source.hpp"

#include <algorithm>

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

bool startsWith(const std::string &text, const char *start) { return text.rfind(start, 0) == 0; }

/// JPEG 2000 Part 15 (HTJ2K) and JPEG XL are younger than DCMTK's list of names.
std::string nameOf(const std::string &uid) {
  if (startsWith(uid, "1.2.840.10008.1.2.4.11")) return "JPEG XL";
  if (startsWith(uid, "1.2.840.10008.1.2.4.20")) return "High-Throughput JPEG 2000";
  const DcmXfer syntax(uid.c_str());
  return syntax.getXfer() == EXS_Unknown ? "an unknown one" : syntax.getXferName();
}

/// What makes a file of it that can be read. GDCM decodes JPEG 2000 and no video; DCMTK decodes neither.
std::string remedyFor(const std::string &uid) {
  if (startsWith(uid, "1.2.840.10008.1.2.4.9")) return " Convert it: gdcmconv --raw IN OUT.";
  if (startsWith(uid, "1.2.840.10008.1.2.4.10")) {
    return " Export it as JPEG Baseline; gdcmraw -i IN -o OUT.mp4 takes the video out.";
  }
  return " Export it as JPEG Baseline.";
}

/// Uncompressed samples, frame after frame.
class NativeFrames final : public FrameSource {
 public:
  NativeFrames(DcmDataset &dataset, DcmFileCache &cache, const PixelFormat &stated, DcmElement &pixelData)
      : FrameSource(dataset, cache, storedFormat(stated, pixelData)),
        pixelData(pixelData),
        frameBytes(storedBytes(format)) {
    samples.resize(frameBytes);
  }

  /// How many frames the bytes hold, no more than `stated` where that is not 0.
  static uint32_t count(const PixelFormat &stated, DcmElement &pixelData, uint32_t statedFrames) {
    PixelFormat format = stated;
    format.frames = std::max(1u, statedFrames);
    const uint64_t held = pixelData.getLength() / std::max<size_t>(1, storedBytes(storedFormat(format, pixelData)));
    const auto frames = static_cast<uint32_t>(std::min<uint64_t>(held, UINT32_MAX));
    return statedFrames == 0 ? frames : std::min(frames, statedFrames);
  }

 protected:
  PixelFormat decode(uint32_t frame) override {
    check(pixelData.getPartialValue(samples.data(), static_cast<Uint32>(frame * frameBytes),
                                    static_cast<Uint32>(frameBytes), &cache, EBO_LittleEndian),
          "A frame cannot be read");
    return format;
  }

 private:
  /// Programs that decompress often leave YBR_FULL_422 over three bytes a pixel: the length decides.
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

/// All frames of a clip are looked at alike, whichever of them are asked for.
void FrameSource::settle(uint32_t frame) {
  if (rendering) return;
  if (format.samples == 1 && !palette) {
    statedModel = format.model;
    rendering = Rendering{format.model, std::nullopt};
    return;
  }
  PixelFormat decoded;
  try {
    decoded = decode(0);
  } catch (const Failure &) {
    if (frame == 0) throw;
    decoded = decode(frame);
  }
  statedModel = decoded.model;
  rendering = renderingOf(decoded, samples.data(), paletteOrNone());
}

bool FrameSource::decodeLuma(uint32_t, uint8_t *) { return false; }

void FrameSource::read(uint32_t frame, uint8_t *gray, size_t capacity, uint8_t *chroma, size_t chromaCapacity) {
  if (frame >= format.frames) {
    throw Failure(HD_TRUNCATED, "Frame " + std::to_string(frame) + " was asked for of " +
                                    std::to_string(format.frames) + ".");
  }
  if (capacity < format.pixels() || (chroma != nullptr && chromaCapacity < chromaBytes(format))) {
    throw Failure(HD_TOO_LARGE, "The frame is larger than its buffer.");
  }
  settle(frame);
  const bool isLuma = rendering->model == ColourModel::ybrFull && !rendering->map;
  if (isLuma && chroma == nullptr && decodeLuma(frame, gray)) return;
  const PixelFormat decoded = decode(frame);
  Rendering own = *rendering;
  if (decoded.model != statedModel) own.model = decoded.model;
  fillLuma(decoded, samples.data(), paletteOrNone(), own, gray);
  if (chroma != nullptr) fillChroma(decoded, samples.data(), paletteOrNone(), own, chroma);
}

namespace {

DcmElement *pixelDataOf(DcmDataset &dataset) {
  DcmElement *element = nullptr;
  return dataset.findAndGetElement(DCM_PixelData, element).good() ? element : nullptr;
}

}  // namespace

uint32_t storedFrames(DcmDataset &dataset, const std::string &transferSyntax, DcmFileCache &cache, uint32_t stated) {
  const uint32_t otherwise = std::max(1u, stated);
  const DcmXfer syntax(transferSyntax.c_str());
  DcmElement *pixelData = pixelDataOf(dataset);
  if (!isSupported(syntax) || pixelData == nullptr) return otherwise;
  try {
    // That there is none is found, and reported, where frames are asked for.
    if (!syntax.isEncapsulated()) {
      return std::max(1u, NativeFrames::count(readPixelFormat(dataset), *pixelData, stated));
    }
    Fragments fragments(*pixelData, syntax, cache);
    return static_cast<uint32_t>(frameStarts(fragments, stated, syntax.getXfer() == EXS_RLELossless).size() - 1);
  } catch (const Failure &) {
    return otherwise;
  }
}

std::unique_ptr<FrameSource> makeFrameSource(DcmDataset &dataset, const std::string &transferSyntax,
                                             const hd_limits &limits, DcmFileCache &cache) {
  const DcmXfer syntax(transferSyntax.c_str());
  if (!isSupported(syntax)) {
    throw Failure(HD_UNSUPPORTED_TRANSFER_SYNTAX,
                  "The transfer syntax, " + nameOf(transferSyntax) + " (" + transferSyntax + "), is not supported." +
                      remedyFor(transferSyntax));
  }
  DcmElement *pixelData = pixelDataOf(dataset);
  if (pixelData == nullptr) throw Failure(HD_CORRUPT, "The file has no PixelData.");
  const uint32_t stated = statedFrames(dataset);
  PixelFormat format = readPixelFormat(dataset);
  format.frames = std::max(1u, stated);
  checkSize(format, limits);
  if (!syntax.isEncapsulated()) {
    format.frames = NativeFrames::count(format, *pixelData, stated);
    if (format.frames == 0) throw Failure(HD_TRUNCATED, "PixelData is shorter than a frame.");
    if (uint64_t{format.frames} * 2 < stated) throw Failure(HD_TRUNCATED, "PixelData is shorter than its frames.");
    checkSize(format, limits);
    return std::make_unique<NativeFrames>(dataset, cache, format, *pixelData);
  }
  const bool isRLE = syntax.getXfer() == EXS_RLELossless;
  Fragments fragments(*pixelData, syntax, cache);
  std::vector<uint32_t> starts = frameStarts(fragments, stated, isRLE);
  format.frames = static_cast<uint32_t>(starts.size() - 1);
  checkSize(format, limits);
  return std::make_unique<EncapsulatedFrames>(dataset, cache, format, std::move(fragments), std::move(starts), isRLE);
}

}  // namespace hd
