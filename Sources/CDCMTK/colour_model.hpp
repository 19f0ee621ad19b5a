/// What a colour picture's samples are, where it contradicts what its file says.
#pragma once

#include <cstdint>

#include "pixel_format.hpp"

namespace hd {

/// The model of `format`, or the one that its picture shows: black margins and gray tissue are equal R, G and B, or
/// chroma of 128, and never both. Programs that decompress leave YBR_FULL_422 over RGB, and encoders write YCbCr
/// under the name of RGB.
ColourModel modelOfPicture(const PixelFormat &format, const uint8_t *samples);

}  // namespace hd
