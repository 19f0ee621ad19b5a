// Feature maps of the fast path, and the operations that move over them element by element.
//
// Layout NCHWc16: the channels lie in blocks of 16 (the last one padded); a block is `height` rows of `pitch`
// pixels of 16 elements. Pitch exceeds the width by one, so that rows do not fall on the same cache sets.
// The padding lanes hold anything: no kernel lets them reach a true channel.
#pragma once

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "ck_isa.h"
#include "ck_pool.h"

#define CK_LANES 16

// How the elements of a map are stored. Only convolutions read and write what is not CK_FLOAT32.
typedef enum {
  CK_FLOAT32 = 0,
  CK_BFLOAT16 = 1,  // the upper half of a 32-bit float, rounded to the nearest
  CK_UINT8 = 2,     // a whole multiple, 0 to 255, of the map's scale
} ck_element;

typedef struct {
  float *data;  // aligned to 64 bytes; smaller elements lie in the same layout
  int32_t channels, height, width;
  int32_t pitch;  // pixels from one row to the next
  ck_element element;
  float scale;  // of CK_UINT8
} ck_map;

typedef enum {
  CK_ACTIVATION_NONE = 0,
  CK_ACTIVATION_RELU = 1,
  CK_ACTIVATION_LEAKY_RELU = 2,  // x < 0 ? slope * x : x
  CK_ACTIVATION_SIGMOID = 3,
} ck_activation_kind;

typedef struct {
  ck_activation_kind kind;
  float slope;
} ck_activation;

typedef enum { CK_ADD = 0, CK_SUBTRACT = 1, CK_MULTIPLY = 2, CK_DIVIDE = 3 } ck_binary;

int32_t ck_map_pitch(int32_t width);
// Floats of a map of CK_FLOAT32, its padding included; elements of any other.
size_t ck_map_floats(int32_t channels, int32_t height, int32_t width);

// from[C][H][W] -> to
void ck_map_pack(ck_pool *pool, const float *from, ck_map to);
// from -> to[C][H][W]
void ck_map_unpack(ck_pool *pool, ck_map from, float *to);
// from -> rows of `to` from channel `channel` on; `channel` and the channels of all but the last source are
// multiples of 16.
void ck_map_copy(ck_pool *pool, ck_map from, ck_map to, int32_t channel);

// to = activation(scale[C] * from + shift[C]); scale and shift padded to 16, both NULL for 1 and 0.
void ck_map_scale_shift(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, const float *scale,
                        const float *shift, ck_activation activation);
// to = activation(a op b); three maps of one shape
void ck_map_binary(ck_isa isa, ck_pool *pool, ck_binary op, ck_map a, ck_map b, ck_map to,
                   ck_activation activation);

// The two sources of each row or column of a resampled map, and the weight of the second (NULL: nearest).
typedef struct {
  const int32_t *lower, *upper;
  const float *upper_weight;
} ck_resampled_axis;
void ck_map_resample(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_resampled_axis rows,
                     ck_resampled_axis columns);

typedef struct {
  int32_t size, stride, dilation, pad_before;
} ck_window_axis;
// Largest element, or mean (over the whole window if counts_padding, over what lies in the map otherwise).
void ck_map_max_pool(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows,
                     ck_window_axis columns);
void ck_map_average_pool(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows,
                         ck_window_axis columns, bool counts_padding);

// Softmax over the channels: from -> to[C][H][W]
void ck_map_softmax(ck_isa isa, ck_pool *pool, ck_map from, float *to);
