/// RLE frames, PS3.5 Annex G. DCMTK's own decoder reads past the end of a fragment whose header points there, and
/// takes a segment that is too short for a whole one.
#pragma once

#include <cstdint>
#include <vector>

#include "pixel_format.hpp"

namespace hd {

/// Decodes one frame into `samples`, plane by plane, 16-bit samples little endian. `samples` holds
/// `format.fullFrameBytes()`. Throws `HD_CORRUPT`.
void decodeRLE(const std::vector<uint8_t> &fragment, const PixelFormat &format, uint8_t *samples);

}  // namespace hd
