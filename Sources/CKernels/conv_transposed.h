// Transposed convolution with a window as large as its stride: for each tap a 1x1 convolution whose pixels are
// spread over the result.
#pragma once

#include "conv_common.h"
#include "conv_tile.h"

typedef struct {
  ck_map from, to;
  const float *weights, *bias;
  int32_t size_rows, size_columns;
  ck_activation activation;
  int32_t lanes[CK_MAX_BLOCKS];
} transposed_job;

// Copies `pixels` pixels of each block of a panel, `step` pixels apart, to the result.
static void spread(const float *from, int32_t blocks, int32_t pixels, int32_t step, ptrdiff_t block_stride,
                   float *to) {
  for (int32_t b = 0; b < blocks; b++)
    for (int32_t i = 0; i < pixels * CK_PARTS; i++)
      store(to + b * block_stride + (ptrdiff_t)(i / CK_PARTS) * step * CK_LANES + i % CK_PARTS * CK_VL,
            load(from + b * CK_TILE_PIXELS * CK_LANES + i * CK_VL));
}

// One input row under one tap row.
static void transposed_unit(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const transposed_job *job = context;
  int32_t y = unit / job->size_rows, tap_row = unit % job->size_rows;
  int32_t out_blocks = ck_blocks(job->to.channels);
  size_t tap_floats = (size_t)out_blocks * CK_LANES * job->from.channels;
  const ptrdiff_t no_offset = 0;
  _Alignas(64) float line[CK_PANEL_BLOCKS * CK_TILE_PIXELS * CK_LANES];
  panel p = {.lanes = job->lanes, .blocks = ck_blocks(job->from.channels),
             .block_stride = ck_block_stride(job->from), .taps = &no_offset, .tap_count = 1,
             .bias_block = CK_LANES, .out_block_stride = CK_TILE_PIXELS * CK_LANES, .activation = job->activation};
  const float *in = job->from.data + (ptrdiff_t)y * job->from.pitch * CK_LANES;
  for (int32_t tap_column = 0; tap_column < job->size_columns; tap_column++)
    for (int32_t block = 0; block < out_blocks; block += CK_PANEL_BLOCKS) {
      int32_t blocks = smaller(CK_PANEL_BLOCKS, out_blocks - block);
      p.weights = job->weights + (tap_row * job->size_columns + tap_column) * tap_floats +
                  (size_t)block * CK_LANES * job->from.channels;
      p.bias = job->bias + block * CK_LANES;
      float *out = job->to.data + block * ck_block_stride(job->to) +
                   ((ptrdiff_t)(y * job->size_rows + tap_row) * job->to.pitch + tap_column) * CK_LANES;
      for (int32_t x = 0; x < job->from.width; x += CK_TILE_PIXELS) {
        int32_t pixels = smaller(CK_TILE_PIXELS, job->from.width - x);
        tiles[blocks][pixels](&p, in + (ptrdiff_t)x * CK_LANES, line);
        spread(line, blocks, pixels, job->size_columns, ck_block_stride(job->to),
               out + (ptrdiff_t)x * job->size_columns * CK_LANES);
      }
    }
}

static void transposed_run(ck_pool *pool, ck_map from, const float *weights, const float *bias,
                           int32_t size_rows, int32_t size_columns, ck_activation activation, ck_map to) {
  transposed_job job = {.from = from, .to = to, .weights = weights, .bias = bias, .size_rows = size_rows,
                        .size_columns = size_columns, .activation = activation};
  for (int32_t b = 0; b < ck_blocks(from.channels); b++)
    job.lanes[b] = smaller(CK_LANES, from.channels - b * CK_LANES);
  ck_pool_run(pool, transposed_unit, &job, from.height * size_rows);
}
