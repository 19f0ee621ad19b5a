// Direct convolution. A unit is some rows of the result: its input rows are gathered into scratch memory with
// padding, doubling and stride resolved, and then every panel of output channels runs over them.
//
// The gathered pixels are floats, or bytes where the weights are in eight bits.
// A picture in planes is gathered plane by plane, so that it is not spread over 16 lanes.
// Gathered layout: [block][row][phase][column][16]; columns of one phase lie `stride` apart in the input, so
// that neighbouring results read neighbouring pixels whatever the stride.
#pragma once

#include "conv_common.h"
#include "conv_tile.h"
#ifdef CK_REDUCED
#include "conv_tile_reduced.h"
#endif

typedef struct {
  const ck_conv *conv;
  input_blocks inputs;
  int32_t rows_per_unit;
  int32_t gathered_rows, gathered_columns;  // for a full unit; columns of one phase
  ptrdiff_t row_stride, block_stride;       // of the gathered rows, in elements
  ck_element gathered;                      // CK_FLOAT32 or CK_UINT8
  int32_t pixel;                            // elements of a gathered pixel: 16, or 1 in planes
  ptrdiff_t *taps;
  float *scratch;
  size_t scratch_per_thread;  // in floats
  bool in_place;  // 1x1 on one map: nothing to gather
} direct_job;

enum { CK_GATHER_BYTES = 384 << 10, CK_ROWS_PER_UNIT = 16 };

static bool reads_in_place(const ck_conv *conv, ck_element gathered) {
  return conv->source_count == 1 && conv->sources[0].kind == CK_SOURCE_MAP &&
         conv->sources[0].map.element == gathered && conv->rows.size == 1 &&
         conv->columns.size == 1 && conv->rows.stride == 1 && conv->columns.stride == 1 &&
         conv->rows.pad_before == 0 && conv->columns.pad_before == 0 && conv->out.height == conv->in_height &&
         conv->out.width == conv->in_width;
}

// As many rows as fit the cache, but few enough that every thread gets some units; even for the pooling.
static int32_t choose_rows(const ck_conv *conv, int32_t blocks, int32_t columns, int32_t pixel_bytes,
                           int32_t threads) {
  int64_t row_bytes = (int64_t)blocks * conv->columns.stride * columns * pixel_bytes;
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
  job->gathered = conv->int8_weights ? CK_UINT8 : CK_FLOAT32;
  const bool is_planar = conv->source_count == 1 && conv->sources[0].kind == CK_SOURCE_PLANAR;
  const int32_t planes = is_planar ? conv->sources[0].map.channels : 1;
  job->pixel = is_planar ? 1 : CK_LANES;
  int32_t pixel_bytes = planes * job->pixel * (int32_t)ck_element_bytes(job->gathered);
  job->rows_per_unit = choose_rows(conv, is_planar ? 1 : count_blocks(conv), job->gathered_columns, pixel_bytes,
                                   threads);
  job->gathered_rows = (job->rows_per_unit - 1) * conv->rows.stride +
                       (conv->rows.size - 1) * conv->rows.dilation + 1;
  job->row_stride = (ptrdiff_t)conv->columns.stride * job->gathered_columns * job->pixel;
  job->block_stride = job->gathered_rows * job->row_stride * (CK_LANES / job->pixel);
  job->in_place = reads_in_place(conv, job->gathered);
  size_t bytes = (size_t)count_blocks(conv) * job->block_stride * ck_element_bytes(job->gathered);
  job->scratch_per_thread = job->in_place ? 0 : (bytes + 63) / 64 * CK_LANES;
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

// One pixel of one block into 16 elements.
CK_INLINE void gather_pixel(const input_block *b, int32_t lanes, int32_t row, int32_t column, ck_element gathered,
                            void *to) {
  if (b->kind == CK_SOURCE_PLANAR) {
    const float *from = (const float *)b->data + (ptrdiff_t)row * b->pitch + column;
    for (int32_t lane = 0; lane < lanes; lane++)
      ((float *)to)[lane] = from[(ptrdiff_t)lane * b->height * b->width];
    return;
  }
  int halved = b->kind == CK_SOURCE_DOUBLED;
  ptrdiff_t place = ((ptrdiff_t)(row >> halved) * b->pitch + (column >> halved)) * CK_LANES;
#ifdef CK_REDUCED
  if (gathered == CK_UINT8) {
    memcpy(to, (const uint8_t *)b->data + place, CK_LANES);
    return;
  }
  if (b->element == CK_BFLOAT16) return store(to, load_bfloat16((const uint16_t *)b->data + place));
  if (b->element == CK_UINT8) return store(to, load_uint8((const uint8_t *)b->data + place, b->scale));
#else
  (void)gathered;
#endif
  const float *from = (const float *)b->data + place;
  for (int part = 0; part < CK_PARTS; part++) store((float *)to + part * CK_VL, load(from + part * CK_VL));
}

// Columns of one phase: to[i] = input column i * stride + first.
static void gather_line(const input_block *b, int32_t lanes, int32_t row, int32_t first, int32_t stride,
                        int32_t in_width, int32_t count, ck_element gathered, char *to) {
  const size_t pixel = CK_LANES * ck_element_bytes(gathered);
  int32_t begin = first < 0 ? (-first + stride - 1) / stride : 0;
  int32_t end = first < in_width ? (in_width - first + stride - 1) / stride : 0;
  begin = smaller(begin, count);
  end = greater(smaller(end, count), begin);
  memset(to, 0, begin * pixel);
  if (stride == 1 && b->kind == CK_SOURCE_MAP && b->element == gathered)
    memcpy(to + begin * pixel, (const char *)b->data + ((ptrdiff_t)row * b->pitch + first + begin) * pixel,
           (end - begin) * pixel);
  else
    for (int32_t i = begin; i < end; i++)
      gather_pixel(b, lanes, row, i * stride + first, gathered, to + i * pixel);
  memset(to + end * pixel, 0, (count - end) * pixel);
}

// The same of one plane.
static void gather_plane_line(const float *from, int32_t first, int32_t stride, int32_t in_width, int32_t count,
                              float *to) {
  for (int32_t i = 0; i < count; i++) {
    int32_t column = i * stride + first;
    to[i] = column >= 0 && column < in_width ? from[column] : 0;
  }
}

static void gather_planes(const direct_job *job, int32_t first_row, int32_t rows, float *to) {
  const ck_conv *conv = job->conv;
  const ck_map map = conv->sources[0].map;
  const int32_t stride = conv->columns.stride, count = job->gathered_columns;
  for (int32_t c = 0; c < map.channels; c++)
    for (int32_t r = 0; r < rows; r++)
      for (int32_t phase = 0; phase < stride; phase++) {
        const int32_t row = first_row + r;
        const float *from = map.data + ((ptrdiff_t)c * map.height + row) * map.width;
        float *line = to + (c * job->gathered_rows + r) * job->row_stride + (ptrdiff_t)phase * count;
        if (row < 0 || row >= conv->in_height)
          memset(line, 0, count * sizeof(float));
        else
          gather_plane_line(from, phase - conv->columns.pad_before, stride, conv->in_width, count, line);
      }
}

static void gather_rows(const direct_job *job, int32_t first_row, int32_t rows, void *to) {
  const ck_conv *conv = job->conv;
  const ptrdiff_t bytes = ck_element_bytes(job->gathered);
  int32_t stride = conv->columns.stride;
  for (int32_t b = 0; b < job->inputs.count; b++)
    for (int32_t r = 0; r < rows; r++)
      for (int32_t phase = 0; phase < stride; phase++) {
        int32_t row = first_row + r;
        char *line = (char *)to + bytes * (b * job->block_stride + r * job->row_stride +
                                           (ptrdiff_t)phase * job->gathered_columns * CK_LANES);
        if (row < 0 || row >= conv->in_height)
          memset(line, 0, job->gathered_columns * CK_LANES * bytes);
        else
          gather_line(&job->inputs.blocks[b], job->inputs.lanes[b], row, phase - conv->columns.pad_before,
                      stride, conv->in_width, job->gathered_columns, job->gathered, line);
      }
}

#ifdef CK_REDUCED
// 2x2 maxima of one row of a map that is not CK_FLOAT32. Rounding keeps the order, so that they are exact.
static void pool_reduced_row(const ck_map *out, ptrdiff_t upper, const ck_map *pooled, ptrdiff_t to) {
  const ptrdiff_t pitch = (ptrdiff_t)out->pitch * CK_LANES;
  for (int32_t x = 0; x < pooled->width; x++, upper += 2 * CK_LANES, to += CK_LANES) {
    if (out->element == CK_UINT8) {
      const __m128i *a = (const __m128i *)((const uint8_t *)out->data + upper);
      const __m128i *b = (const __m128i *)((const uint8_t *)out->data + upper + pitch);
      _mm_store_si128((__m128i *)((uint8_t *)pooled->data + to),
                      _mm_max_epu8(_mm_max_epu8(a[0], a[1]), _mm_max_epu8(b[0], b[1])));
      continue;
    }
    const uint16_t *a = (const uint16_t *)out->data + upper, *b = a + pitch;
    vec top = larger(load_bfloat16(a), load_bfloat16(a + CK_LANES));
    vec bottom = larger(load_bfloat16(b), load_bfloat16(b + CK_LANES));
    store_bfloat16((uint16_t *)pooled->data + to, larger(top, bottom));
  }
}
#endif

// 2x2 maxima of rows [first, last) of output block `block`.
static void pool_rows(const ck_conv *conv, int32_t block, int32_t first, int32_t last) {
  const ptrdiff_t pitch = (ptrdiff_t)conv->out.pitch * CK_LANES;
  for (int32_t y = first; y + 1 < last; y += 2) {
    const ptrdiff_t from = block * ck_block_stride(conv->out) + y * pitch;
    const ptrdiff_t place = block * ck_block_stride(conv->pooled) +
                            (ptrdiff_t)(y / 2) * conv->pooled.pitch * CK_LANES;
#ifdef CK_REDUCED
    if (conv->out.element != CK_FLOAT32) {
      pool_reduced_row(&conv->out, from, &conv->pooled, place);
      continue;
    }
#endif
    const float *upper = conv->out.data + from;
    float *to = conv->pooled.data + place;
    for (int32_t i = 0; i < conv->pooled.width * CK_PARTS; i++) {
      const float *a = upper + i / CK_PARTS * 2 * CK_LANES + i % CK_PARTS * CK_VL;
      vec top = larger(load(a), load(a + CK_LANES));
      vec bottom = larger(load(a + pitch), load(a + pitch + CK_LANES));
      store(to + i * CK_VL, larger(top, bottom));
    }
  }
}

#ifdef CK_REDUCED
// One row of a panel whose result is not CK_FLOAT32: by way of a short line of floats.
static void run_narrowing_tiles(const tile_function *sizes, panel p, const ck_map *out, int32_t blocks,
                                int32_t pixel, const float *in, ptrdiff_t to) {
  _Alignas(64) float line[CK_PANEL_BLOCKS * CK_TILE_PIXELS * CK_LANES];
  const float unit = out->element == CK_UINT8 ? 1 / out->scale : 1;
  p.out_block_stride = CK_TILE_PIXELS * CK_LANES;
  for (int32_t x = 0; x < out->width; x += CK_TILE_PIXELS) {
    int32_t pixels = smaller(CK_TILE_PIXELS, out->width - x);
    sizes[pixels](&p, in + (ptrdiff_t)x * pixel, line);
    for (int32_t b = 0; b < blocks; b++)
      for (int32_t i = 0; i < pixels; i++)
        store_as(out->element, out->data, to + b * ck_block_stride(*out) + (ptrdiff_t)(x + i) * CK_LANES,
                 load(line + (b * CK_TILE_PIXELS + i) * CK_LANES), unit);
  }
}
#endif

// One row of the output blocks from `block` on; the panel's weights and bias are those of that block.
CK_INLINE void multiply_row(const direct_job *job, const panel *p, int32_t block, const void *in, int32_t y) {
  const ck_conv *conv = job->conv;
  const int32_t blocks = panel_width(conv, block);
  const ptrdiff_t to = block * p->out_block_stride + (ptrdiff_t)y * conv->out.pitch * CK_LANES;
  const tile_function *sizes = job->pixel == 1 ? planar_tiles[blocks] : tiles[blocks];
#ifdef CK_REDUCED
  if (job->gathered == CK_UINT8) {
    const size_t depth = (size_t)job->inputs.count * CK_LANES * p->tap_count * CK_LANES;
    int8_panel q = {conv->int8_weights + block * depth, conv->int8_scale + block * CK_LANES, conv->out.element};
    return run_int8_tiles(p, &q, blocks, conv->out.width, in, conv->out.data, to);
  }
  if (conv->out.element != CK_FLOAT32)
    return run_narrowing_tiles(sizes, *p, &conv->out, blocks, job->pixel, in, to);
#endif
  run_each(sizes, p, conv->out.width, job->pixel, in, conv->out.data + to);
}

static void direct_unit(void *context, int32_t unit, int32_t thread) {
  const direct_job *job = context;
  const ck_conv *conv = job->conv;
  const ptrdiff_t bytes = ck_element_bytes(job->gathered);
  int32_t first = unit * job->rows_per_unit;
  int32_t last = smaller(first + job->rows_per_unit, conv->out.height);
  const char *in = (const char *)conv->sources[0].map.data + first * job->row_stride * bytes;
  if (!job->in_place) {
    float *gathered = job->scratch + thread * job->scratch_per_thread;
    int32_t rows = (last - first - 1) * conv->rows.stride + (conv->rows.size - 1) * conv->rows.dilation + 1;
    const int32_t first_row = first * conv->rows.stride - conv->rows.pad_before;
    if (job->pixel == 1) gather_planes(job, first_row, rows, gathered);
    else gather_rows(job, first_row, rows, gathered);
    in = (const char *)gathered;
  }
  panel p = {.lanes = job->inputs.lanes, .blocks = job->inputs.count, .block_stride = job->block_stride,
             .plane = job->gathered_rows * job->row_stride, .bias_block = CK_LANES, .taps = job->taps, .tap_count = conv->rows.size * conv->columns.size,
             .out_block_stride = ck_block_stride(conv->out), .activation = conv->activation};
  size_t depth = (size_t)job->inputs.channels * p.tap_count * CK_LANES;
  for (int32_t block = 0; block < ck_blocks(conv->out.channels); block += CK_PANEL_BLOCKS) {
    if (conv->weights) p.weights = conv->weights + block * depth;
    p.bias = conv->bias + block * CK_LANES;
    for (int32_t y = first; y < last; y++)
      multiply_row(job, &p, block, in + (ptrdiff_t)(y - first) * conv->rows.stride * job->row_stride * bytes, y);
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
          ((ptrdiff_t)phase * job.gathered_columns + column / conv->columns.stride) * job.pixel;
    }
  int32_t units = (conv->out.height + job.rows_per_unit - 1) / job.rows_per_unit;
  ck_pool_run(pool, direct_unit, &job, units);
}
