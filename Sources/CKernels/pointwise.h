// Element-wise operations, pooling and resampling on maps. A unit is one row of one block.
#pragma once

#include "simd.h"

typedef struct {
  ck_map a, b, to;
  const float *scale, *shift;
  ck_activation activation;
  ck_binary op;
  ck_resampled_axis resampled_rows, resampled_columns;
  ck_window_axis rows, columns;
  bool counts_padding;
} pointwise_job;

CK_INLINE float *map_row(ck_map map, int32_t block, int32_t y) {
  return map.data + block * ck_block_stride(map) + (ptrdiff_t)y * map.pitch * CK_LANES;
}

static void run_rows(ck_pool *pool, ck_work work, pointwise_job *job) {
  ck_pool_run(pool, work, job, ck_blocks(job->to.channels) * job->to.height);
}

static void scale_shift_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const pointwise_job *job = context;
  int32_t block = unit / job->to.height, y = unit % job->to.height;
  const float *from = map_row(job->a, block, y);
  float *to = map_row(job->to, block, y);
  for (int32_t i = 0; i < job->to.width * CK_PARTS; i++) {
    vec x = load(from + i * CK_VL);
    int32_t channel = block * CK_LANES + i % CK_PARTS * CK_VL;
    if (job->scale) x = x * load(job->scale + channel) + load(job->shift + channel);
    store(to + i * CK_VL, activate(x, job->activation));
  }
}

static void scale_shift_run(ck_pool *pool, ck_map from, ck_map to, const float *scale, const float *shift,
                            ck_activation activation) {
  pointwise_job job = {.a = from, .to = to, .scale = scale, .shift = shift, .activation = activation};
  run_rows(pool, scale_shift_row, &job);
}

CK_INLINE vec apply(ck_binary op, vec a, vec b) {
  switch (op) {
    case CK_ADD: return a + b;
    case CK_SUBTRACT: return a - b;
    case CK_MULTIPLY: return a * b;
    case CK_DIVIDE: return a / b;
  }
}

static void binary_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const pointwise_job *job = context;
  int32_t block = unit / job->to.height, y = unit % job->to.height;
  const float *a = map_row(job->a, block, y), *b = map_row(job->b, block, y);
  float *to = map_row(job->to, block, y);
  for (int32_t i = 0; i < job->to.width * CK_PARTS; i++)
    store(to + i * CK_VL, activate(apply(job->op, load(a + i * CK_VL), load(b + i * CK_VL)), job->activation));
}

static void binary_run(ck_pool *pool, ck_binary op, ck_map a, ck_map b, ck_map to, ck_activation activation) {
  pointwise_job job = {.a = a, .b = b, .to = to, .op = op, .activation = activation};
  run_rows(pool, binary_row, &job);
}

CK_INLINE vec mix(vec a, vec b, float weight) { return a + (b - a) * weight; }

static void resample_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const pointwise_job *job = context;
  int32_t block = unit / job->to.height, y = unit % job->to.height;
  const ck_resampled_axis *rows = &job->resampled_rows, *columns = &job->resampled_columns;
  const float *upper = map_row(job->a, block, rows->lower[y]);
  const float *lower = map_row(job->a, block, rows->upper[y]);
  float *to = map_row(job->to, block, y);
  for (int32_t i = 0; i < job->to.width * CK_PARTS; i++) {
    int32_t part = i % CK_PARTS * CK_VL;
    int32_t left = columns->lower[i / CK_PARTS] * CK_LANES + part;
    int32_t right = columns->upper[i / CK_PARTS] * CK_LANES + part;
    vec x = load(upper + left);
    if (columns->upper_weight) {
      float across = columns->upper_weight[i / CK_PARTS], down = rows->upper_weight[y];
      vec bottom = load(lower + left);
      if (across != 0) {
        x = mix(x, load(upper + right), across);
        bottom = mix(bottom, load(lower + right), across);
      }
      if (down != 0) x = mix(x, bottom, down);
    }
    store(to + i * CK_VL, x);
  }
}

static void resample_run(ck_pool *pool, ck_map from, ck_map to, ck_resampled_axis rows,
                         ck_resampled_axis columns) {
  pointwise_job job = {.a = from, .to = to, .resampled_rows = rows, .resampled_columns = columns};
  run_rows(pool, resample_row, &job);
}

// Elements [begin, end) of an axis of `size` that lie under the window at `position`.
typedef struct {
  int32_t begin, end;
} span;

CK_INLINE span window_span(ck_window_axis axis, int32_t position, int32_t size) {
  int32_t begin = position * axis.stride - axis.pad_before, end = begin + axis.size;
  return (span){begin < 0 ? 0 : begin, end > size ? size : end};
}

static void max_pool_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const pointwise_job *job = context;
  int32_t block = unit / job->to.height, y = unit % job->to.height;
  span rows = window_span(job->rows, y, job->a.height);
  float *to = map_row(job->to, block, y);
  for (int32_t i = 0; i < job->to.width * CK_PARTS; i++) {
    span columns = window_span(job->columns, i / CK_PARTS, job->a.width);
    vec largest = splat(-__builtin_inff());
    for (int32_t row = rows.begin; row < rows.end; row++)
      for (int32_t column = columns.begin; column < columns.end; column++)
        largest = larger(
            largest, load(map_row(job->a, block, row) + column * CK_LANES + i % CK_PARTS * CK_VL));
    store(to + i * CK_VL, largest);
  }
}

static void max_pool_run(ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows, ck_window_axis columns) {
  pointwise_job job = {.a = from, .to = to, .rows = rows, .columns = columns};
  run_rows(pool, max_pool_row, &job);
}

static void average_pool_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const pointwise_job *job = context;
  int32_t block = unit / job->to.height, y = unit % job->to.height;
  span rows = window_span(job->rows, y, job->a.height);
  float *to = map_row(job->to, block, y);
  for (int32_t i = 0; i < job->to.width * CK_PARTS; i++) {
    span columns = window_span(job->columns, i / CK_PARTS, job->a.width);
    vec sum = splat(0);
    for (int32_t row = rows.begin; row < rows.end; row++)
      for (int32_t column = columns.begin; column < columns.end; column++)
        sum += load(map_row(job->a, block, row) + column * CK_LANES + i % CK_PARTS * CK_VL);
    int32_t counted = (rows.end - rows.begin) * (columns.end - columns.begin);
    store(to + i * CK_VL, sum / (float)(job->counts_padding ? job->rows.size * job->columns.size : counted));
  }
}

static void average_pool_run(ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows,
                             ck_window_axis columns, bool counts_padding) {
  pointwise_job job = {.a = from, .to = to, .rows = rows, .columns = columns,
                       .counts_padding = counts_padding};
  run_rows(pool, average_pool_row, &job);
}
