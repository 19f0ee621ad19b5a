// Convolutions of the fast path.
#pragma once

#include "ck_map.h"

#define CK_MAX_SOURCES 8

typedef enum {
  CK_SOURCE_MAP = 0,      // as it is
  CK_SOURCE_DOUBLED = 1,  // each pixel is read as 2 x 2 (nearest upsampling)
  CK_SOURCE_PLANAR = 2,   // [C][H][W]; pitch is the width
} ck_source_kind;

// A run of input channels: the sources of a convolution lie one after the other along the channels.
typedef struct {
  ck_source_kind kind;
  ck_map map;  // as stored: half the size for CK_SOURCE_DOUBLED
} ck_source;

typedef enum {
  CK_METHOD_DIRECT = 0,
  CK_METHOD_WINOGRAD_2 = 2,  // F(2x2, 3x3)
  CK_METHOD_WINOGRAD_4 = 4,  // F(4x4, 3x3), points 0, +-sqrt(1/2), +-sqrt(2), infinity
} ck_method;

// The largest sum of products that Winograd's method on integers gives right; see winograd_integer_lines.h.
#define CK_WINOGRAD_SUM (1 << 25)

// Maps that are not CK_FLOAT32 need ck_isa_reduces(isa). With Winograd's method all sources are then CK_BFLOAT16,
// and the result is not CK_UINT8; or all are CK_UINT8, the method is F(4x4, 3x3), there is one pixel of
// padding, and doubled sources come before the others.
typedef struct {
  int32_t source_count;
  ck_source sources[CK_MAX_SOURCES];
  int32_t in_height, in_width;  // of the sources, after doubling
  ck_window_axis rows, columns;
  ck_method method;      // Winograd: 3x3, stride 1, dilation 1, no planar source
  const float *weights;  // packed by ck_pack_weights for the same method and instruction set
  // Winograd: the weights are packed for CK_METHOD_DIRECT, and transformed as they are used. They take a fourth of
  // the memory, and less time where reading them takes longer than transforming them.
  bool transforms_weights;
  // Instead of them, if not NULL: packed by ck_pack_int8 (all sources CK_UINT8; Winograd's method transforms them as it
  // uses them), by ck_pack_words (all sources CK_UINT8, Winograd) or by ck_pack_pairs (all sources CK_BFLOAT16 of whole
  // blocks, Winograd).
  const int8_t *int8_weights;
  const int16_t *int8_words;
  const float *int8_scale;  // of the sums, padded to 16
  const uint16_t *paired_weights;
  bool multiplies_pairs;  // with paired weights: by the one instruction; else they are widened to floats
  const float *bias;  // padded to 16; with int8 weights, and if the result is CK_UINT8, in units of its scale
  ck_activation activation;  // not the sigmoid
  ck_map out;
  ck_map pooled;  // data NULL, or the 2x2 maximum of out with stride 2
} ck_conv;

// Floats of scratch memory, aligned to 64 bytes, that ck_conv_run needs.
size_t ck_conv_scratch(ck_isa isa, const ck_conv *conv, int32_t threads);
void ck_conv_run(ck_isa isa, ck_pool *pool, const ck_conv *conv, float *scratch);

// Weights in the order in which the kernels read them. The output channels are padded to 16.
size_t ck_packed_floats(ck_method method, int32_t out_channels, int32_t in_channels, int32_t taps);
// oihw[K][C][taps] -> packed; source_channels: how many of C each source holds.
void ck_pack_weights(ck_isa isa, ck_method method, const float *oihw, int32_t out_channels,
                     const int32_t *source_channels, int32_t source_count, int32_t taps, float *packed);

// The same, from Winograd weights packed by ck_pack_weights: rounded to bfloat16, two input channels together.
void ck_pack_pairs(ck_isa isa, ck_method method, const float *packed, int32_t out_channels, int32_t in_channels,
                   uint16_t *pairs);

// Bytes of weights in eight bits. The input channels of each source are padded to 16.
size_t ck_int8_bytes(int32_t out_channels, const int32_t *source_channels, int32_t source_count, int32_t taps);
// oihw[K][C][taps] times the scale of its source, rounded to -127...127 of a unit for each output channel:
// scale[K], padded to 16 with zeros.
void ck_pack_int8(ck_isa isa, const float *oihw, int32_t out_channels, const int32_t *source_channels,
                  const float *source_scales, int32_t source_count, int32_t taps, int8_t *packed, float *scale);

// The same for Winograd's method, from what ck_pack_int8 packed for 3x3 taps and `in_blocks` blocks of input channels.
size_t ck_words_count(int32_t out_channels, int32_t in_blocks);
void ck_pack_words(ck_isa isa, const int8_t *packed, int32_t out_channels, int32_t in_blocks, int16_t *words);
// Whether no input can make a sum of that method as large as CK_WINOGRAD_SUM.
bool ck_words_fit(ck_isa isa, const int8_t *packed, int32_t out_channels, int32_t in_blocks);

// Transposed convolution whose window does not overlap: size = stride, nothing cut off.
// weights: for each tap of the window a 1x1 convolution packed with CK_METHOD_DIRECT.
void ck_conv_transposed_run(ck_isa isa, ck_pool *pool, ck_map from, const float *weights, const float *bias,
                            int32_t size_rows, int32_t size_columns, ck_activation activation, ck_map to);
