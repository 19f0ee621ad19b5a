// Direct convolution. A unit is some rows of the result: its input rows are gathered into scratch memory with
// padding, doubling and stride resolved, and then every panel of output channels runs over them.
//
// Gathered layout: [block][row][phase][column][16]; columns of one phase lie `stride` apart in the input, so
// that neighbouring results read neighbouring pixels whatever the stride.
#pragma once

#include "conv_common.h"
#include "conv_tile.h"

typedef struct {
  const ck_conv *conv;
  input_blocks inputs;
  int32_t rows_per_unit;
  int32_t gathered_rows, gathered_columns;  // for a full unit; columns of one phase
  ptrdiff_t row_stride, block_stride;       // of the gathered rows
  ptrdiff_t *taps;
  float *scratch;
  size_t scratch_per_thread;
  bool in_place;  // 1x1 on one map: nothing to gather
} direct_job;

enum { CK_GATHER_BYTES = 384 << 10, CK_ROWS_PER_UNIT = 16 };

static bool reads_in_place(const ck_conv *conv) {
  return conv->source_count == 1 && conv->sources[0].kind == CK_SOURCE_MAP && conv->rows.size == 1 &&
         conv->columns.size == 1 && conv->rows.stride == 1 && conv->columns.stride == 1 &&
         conv->rows.pad_before == 0 && conv->columns.pad_before == 0 && conv->out.height == conv->in_height &&
         conv->out.width == conv->in_width;
}

// As many rows as fit the cache, but few enough that every thread gets some units; even for the pooling.
static int32_t choose_rows(const ck_conv *conv, int32_t blocks, int32_t columns, int32_t threads) {
  int64_t row_bytes = (int64_t)blocks * conv->columns.stride * columns * CK_LANES * sizeof(float);
  int64_t fitting = (CK_GATHER_BYTES / row_bytes - (conv->rows.size - 1) * conv->rows.dilation) /
                    conv->rows.stride;
  int32_t rows = fitting > CK_ROWS_PER_UNIT ? CK_ROWS_PER_UNIT : (int32_t)fitting;
  rows = smaller(rows, conv->out.height / (2 * threads));
  return greater(rows & ~1, 2);
}

static void plan_direct(const ck_conv *conv, int32_t threads, direct_job *job) {
  job->conv = conv;
  job->gathered_columns = conv->out.width + (conv->columns.size - 1) * conv->columns.dilation /
                                                conv->columns.stride + 1;
  job->rows_per_unit = choose_rows(conv, count_blocks(conv), job->gathered_columns, threads);
  job->gathered_rows = (job->rows_per_unit - 1) * conv->rows.stride +
                       (conv->rows.size - 1) * conv->rows.dilation + 1;
  job->row_stride = (ptrdiff_t)conv->columns.stride * job->gathered_columns * CK_LANES;
  job->block_stride = job->gathered_rows * job->row_stride;
  job->in_place = reads_in_place(conv);
  job->scratch_per_thread = job->in_place ? 0 : (size_t)count_blocks(conv) * job->block_stride;
  if (job->in_place) {
    job->row_stride = (ptrdiff_t)conv->sources[0].map.pitch * CK_LANES;
    job->block_stride = ck_block_stride(conv->sources[0].map);
  }
}

static size_t direct_scratch(const ck_conv *conv, int32_t threads) {
  direct_job job;
  plan_direct(conv, threads, &job);
  return job.scratch_per_thread * threads;
}

// One pixel of one block into 16 floats.
CK_INLINE void gather_pixel(const input_block *b, int32_t lanes, int32_t row, int32_t column, float *to) {
  if (b->kind == CK_SOURCE_PLANAR) {
    const float *from = b->data + (ptrdiff_t)row * b->pitch + column;
    for (int32_t lane = 0; lane < lanes; lane++) to[lane] = from[(ptrdiff_t)lane * b->height * b->width];
    return;
  }
  int halved = b->kind == CK_SOURCE_DOUBLED;
  const float *from = b->data + ((ptrdiff_t)(row >> halved) * b->pitch + (column >> halved)) * CK_LANES;
  for (int part = 0; part < CK_PARTS; part++) store(to + part * CK_VL, load(from + part * CK_VL));
}

// Columns of one phase: to[i] = input column i * stride + first.
static void gather_line(const input_block *b, int32_t lanes, int32_t row, int32_t first, int32_t stride,
                        int32_t in_width, int32_t count, float *to) {
  int32_t begin = first < 0 ? (-first + stride - 1) / stride : 0;
  int32_t end = first < in_width ? (in_width - first + stride - 1) / stride : 0;
  begin = smaller(begin, count);
  end = greater(smaller(end, count), begin);
  memset(to, 0, (size_t)begin * CK_LANES * sizeof(float));
  if (stride == 1 && b->kind == CK_SOURCE_MAP)
    memcpy(to + begin * CK_LANES, b->data + ((ptrdiff_t)row * b->pitch + first + begin) * CK_LANES,
           (size_t)(end - begin) * CK_LANES * sizeof(float));
  else
    for (int32_t i = begin; i < end; i++)
      gather_pixel(b, lanes, row, i * stride + first, to + (ptrdiff_t)i * CK_LANES);
  memset(to + (ptrdiff_t)end * CK_LANES, 0, (size_t)(count - end) * CK_LANES * sizeof(float));
}

static void gather_rows(const direct_job *job, int32_t first_row, int32_t rows, float *to) {
  const ck_conv *conv = job->conv;
  int32_t stride = conv->columns.stride;
  for (int32_t b = 0; b < job->inputs.count; b++)
    for (int32_t r = 0; r < rows; r++)
      for (int32_t phase = 0; phase < stride; phase++) {
        int32_t row = first_row + r;
        float *line = to + b * job->block_stride + r * job->row_stride +
                      (ptrdiff_t)phase * job->gathered_columns * CK_LANES;
        if (row < 0 || row >= conv->in_height)
          memset(line, 0, (size_t)job->gathered_columns * CK_LANES * sizeof(float));
        else
          gather_line(&job->inputs.blocks[b], job->inputs.lanes[b], row, phase - conv->columns.pad_before,
                      stride, conv->in_width, job->gathered_columns, line);
      }
}

// 2x2 maxima of rows [first, last) of output block `block`.
static void pool_rows(const ck_conv *conv, int32_t block, int32_t first, int32_t last) {
  const ptrdiff_t pitch = (ptrdiff_t)conv->out.pitch * CK_LANES;
  for (int32_t y = first; y + 1 < last; y += 2) {
    const float *upper = conv->out.data + block * ck_block_stride(conv->out) + y * pitch;
    float *to = conv->pooled.data + block * ck_block_stride(conv->pooled) +
                (ptrdiff_t)(y / 2) * conv->pooled.pitch * CK_LANES;
    for (int32_t i = 0; i < conv->pooled.width * CK_PARTS; i++) {
      const float *a = upper + i / CK_PARTS * 2 * CK_LANES + i % CK_PARTS * CK_VL;
      vec top = larger(load(a), load(a + CK_LANES));
      vec bottom = larger(load(a + pitch), load(a + pitch + CK_LANES));
      store(to + i * CK_VL, larger(top, bottom));
    }
  }
}

static void direct_unit(void *context, int32_t unit, int32_t thread) {
  const direct_job *job = context;
  const ck_conv *conv = job->conv;
  int32_t first = unit * job->rows_per_unit;
  int32_t last = smaller(first + job->rows_per_unit, conv->out.height);
  const float *in = conv->sources[0].map.data + first * job->row_stride;
  if (!job->in_place) {
    float *gathered = job->scratch + thread * job->scratch_per_thread;
    int32_t rows = (last - first - 1) * conv->rows.stride + (conv->rows.size - 1) * conv->rows.dilation + 1;
    gather_rows(job, first * conv->rows.stride - conv->rows.pad_before, rows, gathered);
    in = gathered;
  }
  panel p = {.lanes = job->inputs.lanes, .blocks = job->inputs.count, .block_stride = job->block_stride,
             .taps = job->taps, .tap_count = conv->rows.size * conv->columns.size,
             .out_block_stride = ck_block_stride(conv->out), .activation = conv->activation};
  size_t depth = (size_t)job->inputs.channels * p.tap_count * CK_LANES;
  for (int32_t block = 0; block < ck_blocks(conv->out.channels); block += CK_PANEL_BLOCKS) {
    p.weights = conv->weights + block * depth;
    p.bias = conv->bias + block * CK_LANES;
    float *out = conv->out.data + block * p.out_block_stride;
    for (int32_t y = first; y < last; y++)
      run_tiles(&p, panel_width(conv, block), conv->out.width,
                in + (ptrdiff_t)(y - first) * conv->rows.stride * job->row_stride,
                out + (ptrdiff_t)y * conv->out.pitch * CK_LANES);
    for (int32_t b = block; conv->pooled.data && b < block + panel_width(conv, block); b++)
      pool_rows(conv, b, first, last);
  }
}

enum { CK_MAX_TAPS = 64 * 64 };

static void direct_run(ck_pool *pool, const ck_conv *conv, float *scratch) {
  ptrdiff_t taps[CK_MAX_TAPS];
  direct_job job;
  plan_direct(conv, ck_pool_threads(pool), &job);
  list_blocks(conv, &job.inputs);
  job.scratch = scratch;
  job.taps = taps;
  for (int32_t i = 0; i < conv->rows.size; i++)
    for (int32_t j = 0; j < conv->columns.size; j++) {
      int32_t column = j * conv->columns.dilation;
      int32_t phase = column % conv->columns.stride;
      taps[i * conv->columns.size + j] =
          i * conv->rows.dilation * job.row_stride +
          ((ptrdiff_t)phase * job.gathered_columns + column / conv->columns.stride) * CK_LANES;
    }
  int32_t units = (conv->out.height + job.rows_per_unit - 1) / job.rows_per_unit;
  ck_pool_run(pool, direct_unit, &job, units);
}
