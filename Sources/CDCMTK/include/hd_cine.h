/// Writing Ultrasound Multi-frame Image Storage objects (PS3.3 A.7), for demonstration and for tests.
///
/// A cine is put together piece by piece (`hd_cine_set`, `hd_cine_add_region`, ...) and written once. Functions
/// return 0, or a code that is not zero with the reason in `error`.
#ifndef HD_CINE_H
#define HD_CINE_H

#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// An object under construction.
typedef struct hd_cine hd_cine;

typedef enum {
  HD_TRANSFER_IMPLICIT_LITTLE_ENDIAN = 0,
  HD_TRANSFER_EXPLICIT_LITTLE_ENDIAN = 1,
  HD_TRANSFER_EXPLICIT_BIG_ENDIAN = 2,
  HD_TRANSFER_DEFLATED = 3,
  HD_TRANSFER_RLE = 4,
  HD_TRANSFER_JPEG_BASELINE = 5,
  HD_TRANSFER_JPEG_LOSSLESS_SV1 = 6,
  HD_TRANSFER_JPEG_LS_LOSSLESS = 7
} hd_transfer;

/// How the pixels are stored. JPEG baseline turns RGB into YBR_FULL_422 (PS3.5 8.2.1); the other two YBR
/// interpretations are for uncompressed transfer syntaxes, YBR_FULL also for RLE.
typedef enum {
  HD_PHOTOMETRIC_MONOCHROME2 = 0,
  HD_PHOTOMETRIC_RGB = 1,
  HD_PHOTOMETRIC_YBR_FULL = 2,
  HD_PHOTOMETRIC_YBR_FULL_422 = 3,
  HD_PHOTOMETRIC_PALETTE_COLOR = 4
} hd_photometric;

/// The size and the form of the pixels: T frames of H rows and W columns.
typedef struct {
  uint32_t frames;
  uint16_t rows;
  uint16_t columns;
  hd_photometric photometric;
  hd_transfer transfer;
  /// 1 to 100, JPEG baseline only.
  int jpeg_quality;
} hd_cine_format;

/// One item of the Sequence of Ultrasound Regions (PS3.3 C.8.5.5): bounds are 0-based and inclusive, units as in
/// (0018,6024), deltas are physical units a pixel to the right and down and may be negative.
typedef struct {
  uint16_t spatial_format;
  uint16_t data_type;
  uint32_t flags;
  uint32_t min_x, min_y, max_x, max_y;
  uint16_t units_x, units_y;
  double delta_x, delta_y;
} hd_cine_region;

/// NULL where memory is short or the DICOM dictionary is missing (`error` says which).
hd_cine *hd_cine_create(const hd_cine_format *format, hd_error *error);
void hd_cine_destroy(hd_cine *cine);

/// Sets an attribute at the top level from its text form (`\` between values). `tag` is group << 16 | element.
/// FrameTime or FrameTimeVector also sets FrameIncrementPointer.
int hd_cine_set(hd_cine *cine, uint32_t tag, const char *value, hd_error *error);

/// Adds an item of a code sequence at the top level, for instance ViewCodeSequence (0054,0220).
int hd_cine_add_code(
    hd_cine *cine, uint32_t tag, const char *value, const char *scheme, const char *meaning, hd_error *error);

int hd_cine_add_region(hd_cine *cine, const hd_cine_region *region, hd_error *error);

/// The palette of HD_PHOTOMETRIC_PALETTE_COLOR: 256 red, 256 green and 256 blue values, 0 to 255.
int hd_cine_set_palette(hd_cine *cine, const uint8_t *palette, hd_error *error);

/// Writes the object. `pixels` holds T x H x W bytes for MONOCHROME2 and PALETTE COLOR, and T x H x W x 3 bytes,
/// R, G, B a pixel, for all others. A cine is written once.
int hd_write_cine(hd_cine *cine, const uint8_t *pixels, size_t count, const char *path, hd_error *error);

#ifdef __cplusplus
}
#endif

#endif
