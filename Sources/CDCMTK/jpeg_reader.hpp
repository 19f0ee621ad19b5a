/// Frames of JPEG Baseline by the system's libjpeg.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel_format.hpp"

namespace hd {

/// Decodes a stream of 8-bit samples, pixel by pixel and without converting colour, as DCMTK's own decoder does and to
/// the same values, but with the processor's vector instructions. `samples` has room for a whole frame.
/// @return false where the stream is not a picture of `format` or anything about it is odd; what is in `samples` then
/// is worth nothing.
bool decodeBaselineJPEG(const uint8_t *stream, size_t count, const PixelFormat &format, uint8_t *samples);

/// As `decodeBaselineJPEG`, of a YCbCr stream the luma alone, one byte a pixel, to the same values: chroma is neither
/// transformed nor enlarged.
bool decodeBaselineLuma(const uint8_t *stream, size_t count, const PixelFormat &format, uint8_t *gray);

}  // namespace hd
