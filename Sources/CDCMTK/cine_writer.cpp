#include "dcmtk/config/osconfig.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dcmtk/dcmdata/dcrleerg.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmjpeg/djencode.h"
#include "dcmtk/dcmjpeg/djrplol.h"
#include "dcmtk/dcmjpeg/djrploss.h"
#include "dcmtk/dcmjpls/djencode.h"
#include "dcmtk/dcmjpls/djrparam.h"

#include "hd_cine.h"
#include "support.hpp"

struct hd_cine {
  hd_cine_format format;
  DcmFileFormat file;
  bool hasPalette = false;
};

namespace {

constexpr int succeeded = 0;
constexpr int failed = -1;

/// The caller asked for what no file can hold.
[[noreturn]] void refuse(const char *reason) { throw hd::Failure(HD_UNSUPPORTED_PIXELS, reason); }

/// The encoders keep the SOP Instance UID (`never`): the caller has derived it, and what was registered twice
/// would still be one object.
void registerEncoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    DJEncoderRegistration::registerCodecs(ECC_lossyYCbCr, EUC_never);
    DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFTrue, 0, OFTrue, EJLSUC_never);
    DcmRLEEncoderRegistration::registerCodecs();
  });
}

E_TransferSyntax transferSyntax(hd_transfer transfer) {
  switch (transfer) {
    case HD_TRANSFER_IMPLICIT_LITTLE_ENDIAN: return EXS_LittleEndianImplicit;
    case HD_TRANSFER_EXPLICIT_LITTLE_ENDIAN: return EXS_LittleEndianExplicit;
    case HD_TRANSFER_EXPLICIT_BIG_ENDIAN: return EXS_BigEndianExplicit;
    case HD_TRANSFER_DEFLATED: return EXS_DeflatedLittleEndianExplicit;
    case HD_TRANSFER_RLE: return EXS_RLELossless;
    case HD_TRANSFER_JPEG_BASELINE: return EXS_JPEGProcess1;
    case HD_TRANSFER_JPEG_LOSSLESS_SV1: return EXS_JPEGProcess14SV1;
    case HD_TRANSFER_JPEG_LS_LOSSLESS: return EXS_JPEGLSLossless;
  }
  return EXS_Unknown;
}

const char *photometricName(hd_photometric photometric) {
  switch (photometric) {
    case HD_PHOTOMETRIC_MONOCHROME2: return "MONOCHROME2";
    case HD_PHOTOMETRIC_RGB: return "RGB";
    case HD_PHOTOMETRIC_YBR_FULL: return "YBR_FULL";
    case HD_PHOTOMETRIC_YBR_FULL_422: return "YBR_FULL_422";
    case HD_PHOTOMETRIC_PALETTE_COLOR: return "PALETTE COLOR";
  }
  return "";
}

bool isSingleSample(hd_photometric photometric) {
  return photometric == HD_PHOTOMETRIC_MONOCHROME2 || photometric == HD_PHOTOMETRIC_PALETTE_COLOR;
}

/// What the format itself settles: Image Pixel, Multi-frame and the storage class.
OFCondition describeFormat(DcmDataset &dataset, const hd_cine_format &format) {
  const bool single = isSingleSample(format.photometric);
  OFCondition result = dataset.putAndInsertString(DCM_SOPClassUID, UID_UltrasoundMultiframeImageStorage);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_SamplesPerPixel, single ? 1 : 3);
  if (result.good()) {
    result = dataset.putAndInsertString(DCM_PhotometricInterpretation, photometricName(format.photometric));
  }
  if (result.good() && !single) result = dataset.putAndInsertUint16(DCM_PlanarConfiguration, 0);
  if (result.good()) {
    result = dataset.putAndInsertString(DCM_NumberOfFrames, std::to_string(format.frames).c_str());
  }
  if (result.good()) result = dataset.putAndInsertUint16(DCM_Rows, format.rows);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_Columns, format.columns);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_BitsAllocated, 8);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_BitsStored, 8);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_HighBit, 7);
  if (result.good()) result = dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);
  return result;
}

uint8_t clampedByte(double value) {
  return static_cast<uint8_t>(std::min(255.0, std::max(0.0, value + 0.5)));
}

/// Full-range YCbCr, PS3.3 C.7.6.3.1.2.
std::array<uint8_t, 3> ybr(const uint8_t *rgb) {
  const double r = rgb[0], g = rgb[1], b = rgb[2];
  return {
      clampedByte(0.2990 * r + 0.5870 * g + 0.1140 * b),
      clampedByte(-0.1687 * r - 0.3313 * g + 0.5000 * b + 128),
      clampedByte(0.5000 * r - 0.4187 * g - 0.0813 * b + 128)};
}

std::vector<uint8_t> toYBRFull(const uint8_t *rgb, size_t pixels) {
  std::vector<uint8_t> out(pixels * 3);
  for (size_t i = 0; i < pixels; i++) {
    const auto value = ybr(rgb + 3 * i);
    std::copy(value.begin(), value.end(), out.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return out;
}

/// Two pixels become Y, Y, Cb, Cr; the colour is that of the left one, as sampled "co-sited" (PS3.3 C.7.6.3.1.2).
std::vector<uint8_t> toYBRFull422(const uint8_t *rgb, size_t pixels) {
  std::vector<uint8_t> out(pixels * 2);
  for (size_t i = 0; i + 1 < pixels; i += 2) {
    const auto left = ybr(rgb + 3 * i);
    const auto right = ybr(rgb + 3 * i + 3);
    out[2 * i] = left[0];
    out[2 * i + 1] = right[0];
    out[2 * i + 2] = left[1];
    out[2 * i + 3] = left[2];
  }
  return out;
}

/// 8-bit pixels travel as OW in little endian implicit and as OB elsewhere; DCMTK wants an even length.
OFCondition insertPixels(DcmDataset &dataset, const uint8_t *bytes, size_t count) {
  auto element = std::make_unique<DcmPixelData>(DCM_PixelData);
  element->setVR(EVR_OB);
  Uint8 *stored = nullptr;
  const size_t padded = count + count % 2;
  OFCondition result = element->createUint8Array(static_cast<Uint32>(padded), stored);
  if (result.bad()) return result;
  std::copy(bytes, bytes + count, stored);
  if (padded != count) stored[count] = 0;
  result = dataset.insert(element.get(), OFTrue);
  if (result.good()) element.release();
  return result;
}

OFCondition insertPixels(DcmDataset &dataset, const hd_cine_format &format, const uint8_t *pixels, size_t count) {
  switch (format.photometric) {
    case HD_PHOTOMETRIC_YBR_FULL: {
      const auto converted = toYBRFull(pixels, count / 3);
      return insertPixels(dataset, converted.data(), converted.size());
    }
    case HD_PHOTOMETRIC_YBR_FULL_422: {
      const auto converted = toYBRFull422(pixels, count / 3);
      return insertPixels(dataset, converted.data(), converted.size());
    }
    default: return insertPixels(dataset, pixels, count);
  }
}

/// Encodes the pixels for the compressed transfer syntaxes.
OFCondition compress(DcmDataset &dataset, const hd_cine_format &format) {
  const E_TransferSyntax syntax = transferSyntax(format.transfer);
  switch (format.transfer) {
    case HD_TRANSFER_JPEG_BASELINE: {
      const DJ_RPLossy parameter(format.jpeg_quality);
      return dataset.chooseRepresentation(syntax, &parameter);
    }
    case HD_TRANSFER_JPEG_LOSSLESS_SV1: {
      const DJ_RPLossless parameter(1, 0);
      return dataset.chooseRepresentation(syntax, &parameter);
    }
    case HD_TRANSFER_JPEG_LS_LOSSLESS: {
      const DJLSRepresentationParameter parameter(0, OFTrue);
      return dataset.chooseRepresentation(syntax, &parameter);
    }
    default: return dataset.chooseRepresentation(syntax, nullptr);
  }
}

/// The reason why a format cannot be written, or nothing.
const char *objection(const hd_cine_format &format) {
  if (format.frames == 0 || format.rows == 0 || format.columns == 0) return "the cine has no pixels";
  if (transferSyntax(format.transfer) == EXS_Unknown) return "unknown transfer syntax";
  const hd_transfer lastForYBR =
      format.photometric == HD_PHOTOMETRIC_YBR_FULL ? HD_TRANSFER_RLE : HD_TRANSFER_DEFLATED;
  const bool ybr = format.photometric == HD_PHOTOMETRIC_YBR_FULL
                   || format.photometric == HD_PHOTOMETRIC_YBR_FULL_422;
  if (ybr && format.transfer > lastForYBR) return "YBR pixels are not compressed here; give RGB";
  if (format.photometric == HD_PHOTOMETRIC_YBR_FULL_422 && format.columns % 2 != 0) {
    return "YBR_FULL_422 needs an even number of columns";
  }
  if (format.photometric == HD_PHOTOMETRIC_PALETTE_COLOR && format.transfer == HD_TRANSFER_JPEG_BASELINE) {
    return "lossy compression would change palette indices";
  }
  const bool quality = format.jpeg_quality >= 1 && format.jpeg_quality <= 100;
  if (format.transfer == HD_TRANSFER_JPEG_BASELINE && !quality) return "JPEG quality is from 1 to 100";
  return nullptr;
}

DcmTagKey key(uint32_t tag) {
  return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF));
}

OFCondition describeRegion(DcmItem &item, const hd_cine_region &region) {
  OFCondition result = item.putAndInsertUint16(DCM_RegionSpatialFormat, region.spatial_format);
  if (result.good()) result = item.putAndInsertUint16(DCM_RegionDataType, region.data_type);
  if (result.good()) result = item.putAndInsertUint32(DCM_RegionFlags, region.flags);
  if (result.good()) result = item.putAndInsertUint32(DCM_RegionLocationMinX0, region.min_x);
  if (result.good()) result = item.putAndInsertUint32(DCM_RegionLocationMinY0, region.min_y);
  if (result.good()) result = item.putAndInsertUint32(DCM_RegionLocationMaxX1, region.max_x);
  if (result.good()) result = item.putAndInsertUint32(DCM_RegionLocationMaxY1, region.max_y);
  if (result.good()) result = item.putAndInsertUint16(DCM_PhysicalUnitsXDirection, region.units_x);
  if (result.good()) result = item.putAndInsertUint16(DCM_PhysicalUnitsYDirection, region.units_y);
  if (result.good()) result = item.putAndInsertFloat64(DCM_PhysicalDeltaX, region.delta_x);
  if (result.good()) result = item.putAndInsertFloat64(DCM_PhysicalDeltaY, region.delta_y);
  return result;
}

OFCondition insertPaletteChannel(
    DcmDataset &dataset, const DcmTagKey &descriptor, const DcmTagKey &table, const uint8_t *values) {
  const std::array<Uint16, 3> description = {256, 0, 16};
  std::array<Uint16, 256> wide;
  std::transform(values, values + 256, wide.begin(), [](uint8_t v) { return static_cast<Uint16>(v * 257); });
  OFCondition result = dataset.putAndInsertUint16Array(descriptor, description.data(), description.size());
  if (result.good()) result = dataset.putAndInsertUint16Array(table, wide.data(), wide.size());
  return result;
}

}  // namespace

extern "C" hd_cine *hd_cine_create(const hd_cine_format *format, hd_error *error) {
  return hd::guarded(error, static_cast<hd_cine *>(nullptr), [&] {
    if (const char *reason = objection(*format)) refuse(reason);
    hd::initialise();
    auto made = std::make_unique<hd_cine>();
    made->format = *format;
    hd::check(describeFormat(*made->file.getDataset(), *format), "Describing the pixels");
    return made.release();
  });
}

extern "C" void hd_cine_destroy(hd_cine *cine) { delete cine; }

extern "C" int hd_cine_set(hd_cine *cine, uint32_t tag, const char *value, hd_error *error) {
  return hd::guarded(error, failed, [&] {
    DcmDataset &dataset = *cine->file.getDataset();
    const DcmTagKey attribute = key(tag);
    OFCondition result = dataset.putAndInsertString(attribute, value);
    if (result.good() && (attribute == DCM_FrameTime || attribute == DCM_FrameTimeVector)) {
      result = dataset.putAndInsertTagKey(DCM_FrameIncrementPointer, attribute);
    }
    hd::check(result, "Setting an attribute");
    return succeeded;
  });
}

extern "C" int hd_cine_add_code(
    hd_cine *cine, uint32_t tag, const char *value, const char *scheme, const char *meaning, hd_error *error) {
  return hd::guarded(error, failed, [&] {
    DcmItem *item = nullptr;
    OFCondition result = cine->file.getDataset()->findOrCreateSequenceItem(key(tag), item, -2);
    if (result.good()) result = item->putAndInsertString(DCM_CodeValue, value);
    if (result.good()) result = item->putAndInsertString(DCM_CodingSchemeDesignator, scheme);
    if (result.good()) result = item->putAndInsertString(DCM_CodeMeaning, meaning);
    hd::check(result, "Adding a code");
    return succeeded;
  });
}

extern "C" int hd_cine_add_region(hd_cine *cine, const hd_cine_region *region, hd_error *error) {
  return hd::guarded(error, failed, [&] {
    DcmItem *item = nullptr;
    OFCondition result =
        cine->file.getDataset()->findOrCreateSequenceItem(DCM_SequenceOfUltrasoundRegions, item, -2);
    if (result.good()) result = describeRegion(*item, *region);
    hd::check(result, "Adding an ultrasound region");
    return succeeded;
  });
}

extern "C" int hd_cine_set_palette(hd_cine *cine, const uint8_t *palette, hd_error *error) {
  return hd::guarded(error, failed, [&] {
    DcmDataset &dataset = *cine->file.getDataset();
    OFCondition result = insertPaletteChannel(
        dataset, DCM_RedPaletteColorLookupTableDescriptor, DCM_RedPaletteColorLookupTableData, palette);
    if (result.good()) {
      result = insertPaletteChannel(
          dataset, DCM_GreenPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableData,
          palette + 256);
    }
    if (result.good()) {
      result = insertPaletteChannel(
          dataset, DCM_BluePaletteColorLookupTableDescriptor, DCM_BluePaletteColorLookupTableData,
          palette + 512);
    }
    cine->hasPalette = result.good();
    hd::check(result, "Setting the palette");
    return succeeded;
  });
}

extern "C" int hd_write_cine(
    hd_cine *cine, const uint8_t *pixels, size_t count, const char *path, hd_error *error) {
  return hd::guarded(error, failed, [&] {
    const hd_cine_format &format = cine->format;
    const size_t samples = isSingleSample(format.photometric) ? 1 : 3;
    const size_t expected = size_t{format.frames} * format.rows * format.columns * samples;
    if (count != expected) refuse("the pixels do not fill the frames");
    if (expected >= 0xFFFFFFFEu) refuse("the pixels exceed 4 GB");
    if (format.photometric == HD_PHOTOMETRIC_PALETTE_COLOR && !cine->hasPalette) {
      refuse("PALETTE COLOR without a palette");
    }
    registerEncoders();
    DcmDataset &dataset = *cine->file.getDataset();
    hd::check(insertPixels(dataset, format, pixels, count), "Storing the pixels");
    hd::check(compress(dataset, format), "Compressing the pixels");
    hd::check(cine->file.saveFile(path, transferSyntax(format.transfer)), "Writing the file");
    return succeeded;
  });
}
