#include "pixel_format.hpp"

#include <string>

#include "dcmtk/dcmdata/dctk.h"

#include "support.hpp"

namespace hd {

namespace {

/// `findAndGetUint16` zeroes its output where it fails, so the default is set after it.
uint32_t number(DcmItem &dataset, const DcmTagKey &tag, uint32_t otherwise) {
  Uint16 value = 0;
  return dataset.findAndGetUint16(tag, value).good() ? value : otherwise;
}

/// Objects that do not say what their samples are have gray ones or RGB. Programs that decompress leave the names of
/// JPEG 2000's transforms over the RGB that they made.
ColourModel colourModel(DcmItem &dataset, uint32_t samples) {
  OFString name;
  (void)dataset.findAndGetOFString(DCM_PhotometricInterpretation, name);
  if (name == "MONOCHROME2") return ColourModel::gray;
  if (name == "MONOCHROME1") return ColourModel::invertedGray;
  if (name == "PALETTE COLOR") return ColourModel::palette;
  if (name == "RGB" || name == "YBR_RCT" || name == "YBR_ICT") return ColourModel::rgb;
  if (name == "YBR_FULL") return ColourModel::ybrFull;
  if (name == "YBR_FULL_422") return ColourModel::ybrFull422;
  if (name.empty()) return samples == 3 ? ColourModel::rgb : ColourModel::gray;
  throw Failure(HD_UNSUPPORTED_PIXELS,
                "PhotometricInterpretation \"" + std::string(name.substr(0, 16).c_str()) + "\" is not supported.");
}

bool isColour(ColourModel model) {
  return model == ColourModel::rgb || model == ColourModel::ybrFull || model == ColourModel::ybrFull422;
}

void checkSamples(DcmItem &dataset, const PixelFormat &format) {
  if (format.samples != (isColour(format.model) ? 3u : 1u)) {
    throw Failure(HD_CORRUPT, "SamplesPerPixel contradicts PhotometricInterpretation.");
  }
  const bool wide = format.bitsAllocated == 16 && !isColour(format.model);
  if (format.bitsAllocated != 8 && !wide) {
    throw Failure(HD_UNSUPPORTED_PIXELS,
                  std::to_string(format.bitsAllocated) + " bits a sample are not supported.");
  }
  const bool stored = format.bitsStored >= 8 || format.model == ColourModel::palette;
  if (format.bitsStored > format.bitsAllocated || !stored) {
    throw Failure(HD_UNSUPPORTED_PIXELS, std::to_string(format.bitsStored) + " stored bits are not supported.");
  }
  if (number(dataset, DCM_HighBit, format.bitsStored - 1) != format.bitsStored - 1 ||
      number(dataset, DCM_PixelRepresentation, 0) != 0) {
    throw Failure(HD_UNSUPPORTED_PIXELS, "Signed or shifted samples are not supported.");
  }
}

}  // namespace

uint32_t statedFrames(DcmItem &dataset) {
  if (!dataset.tagExistsWithValue(DCM_NumberOfFrames)) return 0;
  Sint32 frames = 0;
  if (dataset.findAndGetSint32(DCM_NumberOfFrames, frames).bad() || frames < 0) {
    throw Failure(HD_CORRUPT, "NumberOfFrames is not a positive number.");
  }
  return static_cast<uint32_t>(frames);
}

PixelFormat readPixelFormat(DcmItem &dataset) {
  PixelFormat format;
  format.samples = number(dataset, DCM_SamplesPerPixel, 1);
  format.model = colourModel(dataset, format.samples);
  format.rows = number(dataset, DCM_Rows, 0);
  format.columns = number(dataset, DCM_Columns, 0);
  format.bitsAllocated = number(dataset, DCM_BitsAllocated, 8);
  format.bitsStored = number(dataset, DCM_BitsStored, format.bitsAllocated);
  format.planar = number(dataset, DCM_PlanarConfiguration, 0) == 1 && format.samples > 1;
  checkSamples(dataset, format);
  return format;
}

void checkSize(const PixelFormat &format, const hd_limits &limits) {
  if (format.pixels() == 0) throw Failure(HD_CORRUPT, "Rows or Columns is 0 or absent.");
  const uint64_t pixels = format.pixels();
  if (pixels > limits.max_pixels || format.frames > limits.max_frames ||
      pixels * format.frames > limits.max_total_pixels) {
    throw Failure(HD_TOO_LARGE, std::to_string(format.columns) + " x " + std::to_string(format.rows) + " pixels in " +
                                    std::to_string(format.frames) + " frames are more than is allowed.");
  }
}

}  // namespace hd
