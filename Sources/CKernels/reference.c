#include <math.h>

#include "include/ck_reference.h"

void ck_reference_conv(const float *from, ck_shape in, const float *weights, const float *bias,
                       ck_window_axis rows, ck_window_axis columns, float *to, ck_shape out) {
  for (int32_t k = 0; k < out.channels; k++)
    for (int32_t y = 0; y < out.height; y++)
      for (int32_t x = 0; x < out.width; x++) {
        double sum = bias[k];
        for (int32_t c = 0; c < in.channels; c++)
          for (int32_t i = 0; i < rows.size; i++)
            for (int32_t j = 0; j < columns.size; j++) {
              int32_t row = y * rows.stride + i * rows.dilation - rows.pad_before;
              int32_t column = x * columns.stride + j * columns.dilation - columns.pad_before;
              if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
              sum += (double)from[((size_t)c * in.height + row) * in.width + column] *
                     weights[(((size_t)k * in.channels + c) * rows.size + i) * columns.size + j];
            }
        to[((size_t)k * out.height + y) * out.width + x] = (float)sum;
      }
}

void ck_reference_conv_transposed(const float *from, ck_shape in, const float *weights, const float *bias,
                                  ck_window_axis rows, ck_window_axis columns, float *to, ck_shape out) {
  for (int32_t k = 0; k < out.channels; k++)
    for (int32_t y = 0; y < out.height; y++)
      for (int32_t x = 0; x < out.width; x++) {
        double sum = bias[k];
        for (int32_t i = 0; i < rows.size; i++)
          for (int32_t j = 0; j < columns.size; j++) {
            // The source pixel that this tap spreads here, if there is one.
            int32_t row = y + rows.pad_before - i * rows.dilation;
            int32_t column = x + columns.pad_before - j * columns.dilation;
            if (row < 0 || row % rows.stride || row / rows.stride >= in.height) continue;
            if (column < 0 || column % columns.stride || column / columns.stride >= in.width) continue;
            row /= rows.stride;
            column /= columns.stride;
            for (int32_t c = 0; c < in.channels; c++)
              sum += (double)from[((size_t)c * in.height + row) * in.width + column] *
                     weights[(((size_t)c * out.channels + k) * rows.size + i) * columns.size + j];
          }
        to[((size_t)k * out.height + y) * out.width + x] = (float)sum;
      }
}

void ck_reference_scale_shift(const float *from, ck_shape shape, const float *scale, const float *shift,
                              float *to) {
  size_t pixels = (size_t)shape.height * shape.width;
  for (int32_t c = 0; c < shape.channels; c++)
    for (size_t i = c * pixels; i < (c + 1) * pixels; i++) to[i] = scale[c] * from[i] + shift[c];
}

void ck_reference_activation(float *data, size_t count, ck_activation activation) {
  for (size_t i = 0; i < count; i++) {
    float x = data[i];
    switch (activation.kind) {
      case CK_ACTIVATION_NONE: break;
      case CK_ACTIVATION_RELU: data[i] = x < 0 ? 0 : x; break;
      case CK_ACTIVATION_LEAKY_RELU: data[i] = x < 0 ? activation.slope * x : x; break;
      case CK_ACTIVATION_SIGMOID: data[i] = 1 / (1 + expf(-x)); break;
    }
  }
}

void ck_reference_softmax(const float *from, size_t outer, size_t count, size_t inner, float *to) {
  for (size_t o = 0; o < outer; o++)
    for (size_t i = 0; i < inner; i++) {
      const float *source = from + o * count * inner + i;
      float *result = to + o * count * inner + i;
      float largest = source[0];
      for (size_t c = 1; c < count; c++) largest = fmaxf(largest, source[c * inner]);
      float sum = 0;
      for (size_t c = 0; c < count; c++) sum += result[c * inner] = expf(source[c * inner] - largest);
      for (size_t c = 0; c < count; c++) result[c * inner] /= sum;
    }
}

void ck_reference_max_pool(const float *from, ck_shape in, ck_window_axis rows, ck_window_axis columns,
                           float *to, ck_shape out) {
  for (int32_t c = 0; c < out.channels; c++)
    for (int32_t y = 0; y < out.height; y++)
      for (int32_t x = 0; x < out.width; x++) {
        float largest = -INFINITY;
        for (int32_t i = 0; i < rows.size; i++)
          for (int32_t j = 0; j < columns.size; j++) {
            int32_t row = y * rows.stride + i - rows.pad_before;
            int32_t column = x * columns.stride + j - columns.pad_before;
            if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
            float value = from[((size_t)c * in.height + row) * in.width + column];
            largest = value > largest || isnan(value) ? value : largest;
          }
        to[((size_t)c * out.height + y) * out.width + x] = largest;
      }
}

void ck_reference_average_pool(const float *from, ck_shape in, ck_window_axis rows, ck_window_axis columns,
                               bool counts_padding, float *to, ck_shape out) {
  for (int32_t c = 0; c < out.channels; c++)
    for (int32_t y = 0; y < out.height; y++)
      for (int32_t x = 0; x < out.width; x++) {
        float sum = 0;
        int32_t counted = 0;
        for (int32_t i = 0; i < rows.size; i++)
          for (int32_t j = 0; j < columns.size; j++) {
            int32_t row = y * rows.stride + i - rows.pad_before;
            int32_t column = x * columns.stride + j - columns.pad_before;
            if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
            sum += from[((size_t)c * in.height + row) * in.width + column];
            counted++;
          }
        float divisor = counts_padding ? rows.size * columns.size : counted;
        to[((size_t)c * out.height + y) * out.width + x] = sum / divisor;
      }
}

static float mix(float a, float b, float weight) { return weight == 0 ? a : a + (b - a) * weight; }

void ck_reference_resample(const float *from, ck_shape in, ck_resampled_axis rows, ck_resampled_axis columns,
                           float *to, ck_shape out) {
  for (int32_t c = 0; c < out.channels; c++)
    for (int32_t y = 0; y < out.height; y++)
      for (int32_t x = 0; x < out.width; x++) {
        const float *plane = from + (size_t)c * in.height * in.width;
        const float *upper = plane + (size_t)rows.lower[y] * in.width;
        const float *lower = plane + (size_t)rows.upper[y] * in.width;
        float across = columns.upper_weight[x];
        float top = mix(upper[columns.lower[x]], upper[columns.upper[x]], across);
        float bottom = mix(lower[columns.lower[x]], lower[columns.upper[x]], across);
        to[((size_t)c * out.height + y) * out.width + x] = mix(top, bottom, rows.upper_weight[y]);
      }
}

static float binary(ck_binary op, float a, float b) {
  switch (op) {
    case CK_ADD: return a + b;
    case CK_SUBTRACT: return a - b;
    case CK_MULTIPLY: return a * b;
    case CK_DIVIDE: return a / b;
  }
}

void ck_reference_binary(ck_binary op, const float *a, const ptrdiff_t *a_strides, const float *b,
                         const ptrdiff_t *b_strides, float *to, const ptrdiff_t *shape) {
  const ptrdiff_t *p = a_strides, *q = b_strides;
  for (ptrdiff_t n = 0; n < shape[0]; n++)
    for (ptrdiff_t c = 0; c < shape[1]; c++)
      for (ptrdiff_t y = 0; y < shape[2]; y++)
        for (ptrdiff_t x = 0; x < shape[3]; x++)
          *to++ = binary(op, a[n * p[0] + c * p[1] + y * p[2] + x * p[3]],
                         b[n * q[0] + c * q[1] + y * q[2] + x * q[3]]);
}

void ck_reference_gather(const float *from, const ptrdiff_t *strides, float *to, const ptrdiff_t *to_strides,
                         const ptrdiff_t *shape) {
  const ptrdiff_t *p = strides, *q = to_strides;
  for (ptrdiff_t n = 0; n < shape[0]; n++)
    for (ptrdiff_t c = 0; c < shape[1]; c++)
      for (ptrdiff_t y = 0; y < shape[2]; y++)
        for (ptrdiff_t x = 0; x < shape[3]; x++)
          to[n * q[0] + c * q[1] + y * q[2] + x * q[3]] =
              from[n * p[0] + c * p[1] + y * p[2] + x * p[3]];
}
