// Softmax over the channels of a map, into planes [C][H][W]. A unit is one row: its channels are unpacked into
// the planes first, so that the vectors then run along the row.
#pragma once

#include "simd.h"

typedef struct {
  ck_map from;
  float *to;
} softmax_job;

// In place on `count` <= CK_VL pixels of planes that lie `plane` floats apart.
CK_INLINE void softmax_vector(float *pixels, int32_t channels, size_t plane) {
  vec largest = load_unaligned(pixels);
  for (int32_t c = 1; c < channels; c++) largest = larger(largest, load_unaligned(pixels + c * plane));
  vec sum = splat(0);
  for (int32_t c = 0; c < channels; c++) {
    vec e = exponential(load_unaligned(pixels + c * plane) - largest);
    store_unaligned(pixels + c * plane, e);
    sum += e;
  }
  vec factor = 1.0f / sum;
  for (int32_t c = 0; c < channels; c++)
    store_unaligned(pixels + c * plane, load_unaligned(pixels + c * plane) * factor);
}

// The last pixels of a row, fewer than a vector: one by one, each in a vector of its own channels.
static void softmax_tail(float *pixels, int32_t count, int32_t channels, size_t plane) {
  for (int32_t x = 0; x < count; x++) {
    float largest = pixels[x];
    for (int32_t c = 1; c < channels; c++) {
      float value = pixels[x + c * plane];
      largest = value > largest || value != value ? value : largest;
    }
    float sum = 0;
    for (int32_t c = 0; c < channels; c++)
      sum += pixels[x + c * plane] = exponential(splat(pixels[x + c * plane] - largest))[0];
    for (int32_t c = 0; c < channels; c++) pixels[x + c * plane] *= 1.0f / sum;
  }
}

static void softmax_row(void *context, int32_t y, int32_t thread) {
  (void)thread;
  const softmax_job *job = context;
  const ck_map from = job->from;
  size_t plane = (size_t)from.height * from.width;
  float *to = job->to + (size_t)y * from.width;
  for (int32_t c = 0; c < from.channels; c++) {
    const float *row = from.data + c / CK_LANES * ck_block_stride(from) +
                       (ptrdiff_t)y * from.pitch * CK_LANES + c % CK_LANES;
    for (int32_t x = 0; x < from.width; x++) to[c * plane + x] = row[x * CK_LANES];
  }
  int32_t x = 0;
  for (; x + CK_VL <= from.width; x += CK_VL) softmax_vector(to + x, from.channels, plane);
  softmax_tail(to + x, from.width - x, from.channels, plane);
}

static void softmax_run(ck_pool *pool, ck_map from, float *to) {
  softmax_job job = {from, to};
  ck_pool_run(pool, softmax_row, &job, from.height);
}
