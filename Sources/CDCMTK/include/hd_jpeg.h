/// Encoding pictures as JPEG. libjpeg-turbo, which DCMTK's own dependencies bring, takes a sixth of the time that
/// DCMTK's encoder takes.
#ifndef HD_JPEG_H
#define HD_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Encodes height x width x 3 bytes, R, G, B a pixel, as baseline JPEG (ISO/IEC 10918-1, process 1), YCbCr with
/// chroma halved across, as PS3.5 8.2.1 wants it for YBR_FULL_422. `quality` is from 1 to 100. The bytes are
/// freed by `hd_jpeg_free`. Returns 0, or a code that is not zero with the reason in `error`.
int hd_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes, size_t *count,
    hd_error *error);
void hd_jpeg_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif

#endif
