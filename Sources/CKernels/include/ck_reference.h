// One plain kernel for each operator, on [C][H][W] maps. They judge the fast ones, and do what those cannot.
#pragma once

#include "ck_map.h"

typedef struct {
  int32_t channels, height, width;
} ck_shape;

// weights[K][C][kh][kw], bias[K], to[K][H'][W']; sums in 64 bits
void ck_reference_conv(const float *from, ck_shape in, const float *weights, const float *bias,
                       ck_window_axis rows, ck_window_axis columns, float *to, ck_shape out);
// weights[C][K][kh][kw], bias[K]
void ck_reference_conv_transposed(const float *from, ck_shape in, const float *weights, const float *bias,
                                  ck_window_axis rows, ck_window_axis columns, float *to, ck_shape out);
// to = scale[C] * from + shift[C]
void ck_reference_scale_shift(const float *from, ck_shape shape, const float *scale, const float *shift,
                              float *to);
// in place
void ck_reference_activation(float *data, size_t count, ck_activation activation);
// along the middle of [outer][count][inner]
void ck_reference_softmax(const float *from, size_t outer, size_t count, size_t inner, float *to);
void ck_reference_max_pool(const float *from, ck_shape in, ck_window_axis rows, ck_window_axis columns,
                           float *to, ck_shape out);
void ck_reference_average_pool(const float *from, ck_shape in, ck_window_axis rows, ck_window_axis columns,
                               bool counts_padding, float *to, ck_shape out);
void ck_reference_resample(const float *from, ck_shape in, ck_resampled_axis rows, ck_resampled_axis columns,
                           float *to, ck_shape out);
// The operations below see four axes. A stride of 0 repeats an element along that axis.
void ck_reference_binary(ck_binary op, const float *a, const ptrdiff_t *a_strides, const float *b,
                         const ptrdiff_t *b_strides, float *to, const ptrdiff_t *shape);
// Copies `shape` elements; transposes, concatenates and pads by the strides on both sides.
void ck_reference_gather(const float *from, const ptrdiff_t *strides, float *to, const ptrdiff_t *to_strides,
                         const ptrdiff_t *shape);
