// 3x3 convolution by Winograd's method: tiles of m x m results, each from (m + 2)^2 inputs.
//
// V [frequency][block][tile][16] are the transformed inputs, S [frequency][block][tile][16] the sums over the
// input channels of one panel of output channels. Between them is one small matrix product a frequency.
//
// Two schedules. Where there are many tiles, a unit is a group of tiles from input to result, and V stays in
// the core's cache while all panels pass by. Where there are more weights than inputs, V is computed for all
// tiles first, and then a unit is a panel, so that each weight is read once, or transformed once from the filter
// that it comes from.
#pragma once

#include "conv_common.h"
#include "conv_tile.h"
#ifdef CK_REDUCED
#include "conv_tile_reduced.h"
#endif
#include "winograd_lines.h"

typedef struct {
  const ck_conv *conv;
  input_blocks inputs;
  int32_t m;  // 2 or 4
  int32_t frequencies;
  int32_t tile_columns, tiles;
  bool is_panelwise;  // the second schedule
  int32_t group;      // tiles that are multiplied together
  int32_t v_tiles;    // tiles that V holds
  int32_t parts;      // panel-wise: groups of each panel
  bool is_paired;     // V and the weights are bfloat16, and V's strides count its elements
  ptrdiff_t v_stride, s_stride;  // floats from one frequency to the next
  ptrdiff_t u_stride;            // of transformed filters, 0 where there are none
  float *v, *s, *u;              // V of every thread, or of all; S and transformed filters of every thread
} winograd_job;

enum {
  // Of V and S together, for one thread: what stays in a core's second cache (1 to 2 MiB on servers) beside the
  // weights that stream past it.
  CK_WINOGRAD_BYTES = 768 << 10,
  // Most tiles of a group: eight full tiles of 14 pixels. More tiles reuse a weight no further, as it is in the first
  // cache by then.
  CK_WINOGRAD_GROUP = 112,
  CK_FILTER_BLOCKS = 8,  // input blocks whose filters are transformed together
  CK_STRIDE_PADDING = 3 * CK_LANES,  // so that the frequencies do not fall on the same cache sets
};

static int32_t divide_up(int32_t a, int32_t b) { return (a + b - 1) / b; }

static void plan_winograd(const ck_conv *conv, int32_t threads, winograd_job *job) {
  job->conv = conv;
  job->m = conv->method;
  job->frequencies = (job->m + 2) * (job->m + 2);
  job->tile_columns = divide_up(conv->out.width, job->m);
  job->tiles = divide_up(conv->out.height, job->m) * job->tile_columns;
  int32_t blocks = count_blocks(conv), out_blocks = ck_blocks(conv->out.channels);
  job->is_panelwise = conv->out.channels > job->tiles || conv->transforms_weights;
  job->is_paired = conv->paired_weights != NULL && conv->multiplies_pairs;
  if (job->is_panelwise) {
    // A panel is divided among threads only where there are too few panels to share out: its weights are then read
    // once for each part.
    int32_t panels = divide_up(out_blocks, CK_PANEL_BLOCKS);
    job->parts = panels % threads == 0 ? 1 : smaller(threads, job->tiles);
    job->parts = greater(job->parts, divide_up(job->tiles, CK_WINOGRAD_GROUP));
    job->group = divide_up(job->tiles, job->parts);
    job->v_tiles = job->tiles;
  } else {
    int32_t tile_bytes = job->frequencies * CK_LANES * (int32_t)sizeof(float) * (blocks + CK_PANEL_BLOCKS);
    int32_t fitting = CK_WINOGRAD_BYTES / tile_bytes / CK_TILE_PIXELS * CK_TILE_PIXELS;
    fitting = smaller(greater(fitting, CK_TILE_PIXELS), CK_WINOGRAD_GROUP);
    // A multiple of the threads, so that they end together.
    int32_t units = divide_up(divide_up(job->tiles, fitting), threads) * threads;
    job->group = divide_up(job->tiles, units);
    job->v_tiles = job->group;
  }
  job->v_stride = (ptrdiff_t)blocks * job->v_tiles * CK_LANES + CK_STRIDE_PADDING;
  job->s_stride = (ptrdiff_t)CK_PANEL_BLOCKS * job->group * CK_LANES + CK_STRIDE_PADDING;
  ptrdiff_t filters = (ptrdiff_t)smaller(blocks, CK_FILTER_BLOCKS) * CK_LANES * CK_PANEL_BLOCKS * CK_LANES;
  job->u_stride = conv->transforms_weights ? filters + CK_STRIDE_PADDING : 0;
}

static size_t winograd_scratch(const ck_conv *conv, int32_t threads) {
  winograd_job job;
  plan_winograd(conv, threads, &job);
  size_t v_count = job.is_panelwise ? 1 : threads;
  return job.frequencies * (v_count * job.v_stride + threads * (job.s_stride + job.u_stride));
}

// Transforms the (m + 2)^2 pixels from (row, column) on of CK_VL channels. `checked`: some lie outside the map,
// where zeros are read. `halved`: 1 where each pixel of the map is read as 2 x 2.
//
// B^T d B as two passes of the one-dimensional transform, first down each column, then along each row. `m`, `checked`,
// `halved` and `is_paired` are constants where this is inlined: each combination becomes straight code, in which a tile
// in the middle of the map has no comparison at all.
CK_INLINE void transform_input(const int m, const bool checked, const int halved, const bool is_paired,
                               const winograd_job *job, const input_block *b, const stored *data, int32_t row,
                               int32_t column, float *v, ptrdiff_t place) {
  static const _Alignas(64) stored zeros[CK_LANES];
  const int n = m + 2;
  const int32_t height = job->conv->in_height, width = job->conv->in_width;
  vec half[6][6];
  CK_UNROLL for (int x = 0; x < n; x++) {
    int32_t c = column + x;
    // An odd column of a doubled map is the same as the one before it.
    if (halved && x > 0 && (c & 1) && c > 0 && c < width) {
      CK_UNROLL for (int y = 0; y < n; y++) half[y][x] = half[y][x - 1];
      continue;
    }
    vec d[6], line[6];
    CK_UNROLL for (int y = 0; y < n; y++) {
      int32_t r = row + y;
      bool outside = checked && (r < 0 || r >= height || c < 0 || c >= width);
      const stored *pixel = data + ((ptrdiff_t)(r >> halved) * b->pitch + (c >> halved)) * CK_LANES;
      d[y] = load_stored(outside ? zeros : pixel);
    }
    input_line(m, d, line);
    CK_UNROLL for (int y = 0; y < n; y++) half[y][x] = line[y];
  }
  CK_UNROLL for (int y = 0; y < n; y++) {
    vec line[6];
    input_line(m, half[y], line);
    CK_UNROLL for (int x = 0; x < n; x++)
      store_as(is_paired ? CK_BFLOAT16 : CK_FLOAT32, v, place + (y * n + x) * job->v_stride, line[x], 1);
  }
}

// Tiles [first, last) of one input block into V, whose tile 0 is `first_in_v`.
CK_INLINE void transform_inputs_as(const int m, const bool is_paired, const winograd_job *job, int32_t block,
                                   int32_t first, int32_t last, int32_t first_in_v, float *v) {
  const ck_conv *conv = job->conv;
  const input_block *b = &job->inputs.blocks[block];
  const bool halved = b->kind == CK_SOURCE_DOUBLED;
  for (int32_t tile = first; tile < last; tile++) {
    int32_t row = tile / job->tile_columns * m - conv->rows.pad_before;
    int32_t column = tile % job->tile_columns * m - conv->columns.pad_before;
    bool checked = row < 0 || column < 0 || row + m + 2 > conv->in_height || column + m + 2 > conv->in_width;
    ptrdiff_t to = ((ptrdiff_t)block * job->v_tiles + tile - first_in_v) * CK_LANES;
    for (int part = 0; part * CK_VL < job->inputs.lanes[block]; part++, to += CK_VL) {
      const stored *data = (const stored *)b->data + part * CK_VL;
      if (halved && checked) transform_input(m, true, 1, is_paired, job, b, data, row, column, v, to);
      else if (halved) transform_input(m, false, 1, is_paired, job, b, data, row, column, v, to);
      else if (checked) transform_input(m, true, 0, is_paired, job, b, data, row, column, v, to);
      else transform_input(m, false, 0, is_paired, job, b, data, row, column, v, to);
    }
  }
}

CK_INLINE void transform_inputs(const int m, const winograd_job *job, int32_t block, int32_t first,
                                int32_t last, int32_t first_in_v, float *v) {
#ifdef CK_REDUCED
  if (job->is_paired) return transform_inputs_as(m, true, job, block, first, last, first_in_v, v);
#endif
  transform_inputs_as(m, false, job, block, first, last, first_in_v, v);
}

// Writes the m x m results at (y, x) that lie in the map, and their 2x2 maxima.
CK_INLINE void store_results(const int m, const bool checked, const ck_element element, const ck_conv *conv,
                             int32_t block, int part, int32_t y, int32_t x, vec results[4][4]) {
  const ptrdiff_t pitch = (ptrdiff_t)conv->out.pitch * CK_LANES;
  const ptrdiff_t to = block * ck_block_stride(conv->out) + y * pitch + (ptrdiff_t)x * CK_LANES + part * CK_VL;
  const int32_t rows = conv->out.height - y, columns = conv->out.width - x;
  CK_UNROLL for (int i = 0; i < m; i++)
    CK_UNROLL for (int j = 0; j < m; j++)
      if (!checked || (i < rows && j < columns))
        store_as(element, conv->out.data, to + i * pitch + j * CK_LANES, results[i][j], 1);
  if (!conv->pooled.data) return;
  const ptrdiff_t pooled = block * ck_block_stride(conv->pooled) +
                           ((ptrdiff_t)(y / 2) * conv->pooled.pitch + x / 2) * CK_LANES + part * CK_VL;
  CK_UNROLL for (int i = 0; i < m; i += 2)
    CK_UNROLL for (int j = 0; j < m; j += 2)
      if (!checked || (i + 1 < rows && j + 1 < columns)) {
        vec top = larger(results[i][j], results[i][j + 1]);
        vec bottom = larger(results[i + 1][j], results[i + 1][j + 1]);
        store_as(element, conv->pooled.data,
                 pooled + ((ptrdiff_t)(i / 2) * conv->pooled.pitch + j / 2) * CK_LANES, larger(top, bottom), 1);
      }
}

// One tile of one block: s is its first frequency.
CK_INLINE void transform_output(const int m, const winograd_job *job, int32_t block, int part, int32_t tile,
                                const float *s) {
  const ck_conv *conv = job->conv;
  const int n = m + 2;
  vec half[4][6], results[4][4];
  CK_UNROLL for (int x = 0; x < n; x++) {
    vec d[6], line[4];
    CK_UNROLL for (int y = 0; y < n; y++) d[y] = load(s + (y * n + x) * job->s_stride);
    output_line(m, d, line);
    CK_UNROLL for (int y = 0; y < m; y++) half[y][x] = line[y];
  }
  const vec bias = load(conv->bias + block * CK_LANES + part * CK_VL);
  const negative_rule rule = rule_of(conv->activation);
  const bool is_linear = conv->activation.kind == CK_ACTIVATION_NONE;
  CK_UNROLL for (int y = 0; y < m; y++) {
    output_line(m, half[y], results[y]);
    CK_UNROLL for (int x = 0; x < m; x++) {
      vec sum = results[y][x] + bias;
      results[y][x] = is_linear ? sum : rectify(sum, rule);
    }
  }
  int32_t y = tile / job->tile_columns * m, x = tile % job->tile_columns * m;
  bool checked = y + m > conv->out.height || x + m > conv->out.width;
#ifdef CK_REDUCED
  if (conv->out.element == CK_BFLOAT16) {
    if (checked) store_results(m, true, CK_BFLOAT16, conv, block, part, y, x, results);
    else store_results(m, false, CK_BFLOAT16, conv, block, part, y, x, results);
    return;
  }
#endif
  if (checked) store_results(m, true, CK_FLOAT32, conv, block, part, y, x, results);
  else store_results(m, false, CK_FLOAT32, conv, block, part, y, x, results);
}

// The filters of `width` output channels and the input blocks [first, last), from the direct method's order to one
// matrix a frequency.
CK_INLINE void transform_filters(const int m, const winograd_job *job, const float *filters, int32_t width,
                                 int32_t first, int32_t last, float *u) {
  const int n = m + 2;
  for (int32_t block = first; block < last; block++) {
    const int32_t lanes = job->inputs.lanes[block];
    const ptrdiff_t tap = (ptrdiff_t)lanes * width;
    for (int32_t i = 0; i < lanes * width; i += CK_VL) {
      vec half[6][3];
      CK_UNROLL for (int x = 0; x < 3; x++) {
        vec line[6];
        const float *w = filters + x * tap + i;
        filter_line(m, load(w), load(w + 3 * tap), load(w + 6 * tap), line);
        CK_UNROLL for (int y = 0; y < n; y++) half[y][x] = line[y];
      }
      CK_UNROLL for (int y = 0; y < n; y++) {
        vec line[6];
        filter_line(m, half[y][0], half[y][1], half[y][2], line);
        CK_UNROLL for (int x = 0; x < n; x++) store(u + (y * n + x) * job->u_stride + i, line[x]);
      }
    }
    filters += 9 * tap;
    u += tap;
  }
}

// Sums of one panel over `tiles` tiles: as many channels at a time as the cache holds transformed filters of.
CK_INLINE void multiply_filters(const int m, const winograd_job *job, panel p, int32_t block, int32_t tiles,
                                const float *v, float *s, float *u) {
  const int32_t blocks = panel_width(job->conv, block), all = job->inputs.count;
  const float *filters = job->conv->weights + (size_t)block * CK_LANES * job->inputs.channels * 9;
  for (int32_t first = 0; first < all; first += CK_FILTER_BLOCKS) {
    p.blocks = smaller(CK_FILTER_BLOCKS, all - first);
    p.lanes = job->inputs.lanes + first;
    transform_filters(m, job, filters, blocks * CK_LANES, first, first + p.blocks, u);
    for (int32_t b = 0; b < p.blocks; b++) filters += (ptrdiff_t)p.lanes[b] * 9 * blocks * CK_LANES;
    for (int32_t k = 0; k < job->frequencies; k++) {
      float *sums = s + k * job->s_stride;
      p.weights = u + k * job->u_stride;
      // Later channels go on from the sums of the earlier ones, which lie in S.
      if (first > 0) {
        p.bias = sums;
        p.bias_pixel = CK_LANES;
        p.bias_block = p.out_block_stride;
      }
      run_tiles(&p, blocks, tiles, v + k * job->v_stride + first * p.block_stride, sums);
    }
  }
}

// One panel over tiles [first, last): products into S, and from there to the result.
CK_INLINE void multiply_panel(const int m, const winograd_job *job, int32_t block, int32_t first, int32_t last,
                              const float *v, float *s, float *u) {
  static const _Alignas(64) float zeros[CK_PANEL_BLOCKS * CK_LANES];
  static const ptrdiff_t no_offset = 0;
  const int32_t blocks = panel_width(job->conv, block);
  const size_t depth = (size_t)job->inputs.channels * CK_LANES;
  panel p = {.bias = zeros, .bias_block = CK_LANES, .lanes = job->inputs.lanes, .blocks = job->inputs.count,
             .block_stride = (ptrdiff_t)job->v_tiles * CK_LANES, .taps = &no_offset, .tap_count = 1,
             .out_block_stride = (ptrdiff_t)job->group * CK_LANES};
  if (job->u_stride) multiply_filters(m, job, p, block, last - first, v, s, u);
  for (int32_t k = 0; k < job->frequencies && !job->u_stride; k++) {
#ifdef CK_REDUCED
    if (job->conv->paired_weights) {
      p.paired_weights = job->conv->paired_weights + block * depth * job->frequencies + k * blocks * depth;
      if (job->is_paired)
        run_paired_tiles(&p, blocks, last - first, (const uint16_t *)v + k * job->v_stride, s + k * job->s_stride);
      else
        run_widened_tiles(&p, blocks, last - first, v + k * job->v_stride, s + k * job->s_stride);
      continue;
    }
#endif
    p.weights = job->conv->weights + block * depth * job->frequencies + k * blocks * depth;
    run_tiles(&p, blocks, last - first, v + k * job->v_stride, s + k * job->s_stride);
  }
  for (int32_t b = 0; b < blocks; b++)
    for (int32_t tile = first; tile < last; tile++)
      for (int part = 0; part < CK_PARTS; part++)
        transform_output(m, job, block + b, part, tile,
                         s + ((ptrdiff_t)b * job->group + tile - first) * CK_LANES + part * CK_VL);
}

// First schedule: a group of tiles from input to result.
CK_INLINE void group_unit(const int m, const winograd_job *job, int32_t unit, int32_t thread) {
  int32_t first = unit * job->group, last = smaller(first + job->group, job->tiles);
  float *v = job->v + thread * job->frequencies * job->v_stride;
  float *s = job->s + thread * job->frequencies * job->s_stride;
  for (int32_t block = 0; block < job->inputs.count; block++)
    transform_inputs(m, job, block, first, last, first, v);
  for (int32_t block = 0; block < ck_blocks(job->conv->out.channels); block += CK_PANEL_BLOCKS)
    multiply_panel(m, job, block, first, last, v, s, NULL);
}

// Second schedule: V of one block and some tiles; then one panel over some tiles.
CK_INLINE void input_unit(const int m, const winograd_job *job, int32_t unit) {
  int32_t block = unit % job->inputs.count, first = unit / job->inputs.count * job->group;
  transform_inputs(m, job, block, first, smaller(first + job->group, job->tiles), 0, job->v);
}

CK_INLINE void panel_unit(const int m, const winograd_job *job, int32_t unit, int32_t thread) {
  int32_t first = unit % job->parts * job->group, last = smaller(first + job->group, job->tiles);
  int32_t block = unit / job->parts * CK_PANEL_BLOCKS;
  float *s = job->s + thread * job->frequencies * job->s_stride;
  const ptrdiff_t start = (ptrdiff_t)first * CK_LANES / (job->is_paired ? 2 : 1);
  float *u = job->u + thread * job->frequencies * job->u_stride;
  if (first < last) multiply_panel(m, job, block, first, last, job->v + start, s, u);
}

static void group_unit_2(void *job, int32_t unit, int32_t thread) { group_unit(2, job, unit, thread); }
static void group_unit_4(void *job, int32_t unit, int32_t thread) { group_unit(4, job, unit, thread); }
static void panel_unit_2(void *job, int32_t unit, int32_t thread) { panel_unit(2, job, unit, thread); }
static void panel_unit_4(void *job, int32_t unit, int32_t thread) { panel_unit(4, job, unit, thread); }

static void input_unit_2(void *job, int32_t unit, int32_t thread) {
  (void)thread;
  input_unit(2, job, unit);
}

static void input_unit_4(void *job, int32_t unit, int32_t thread) {
  (void)thread;
  input_unit(4, job, unit);
}

static void winograd_run(ck_pool *pool, const ck_conv *conv, float *scratch) {
  winograd_job job;
  int32_t threads = ck_pool_threads(pool);
  plan_winograd(conv, threads, &job);
  list_blocks(conv, &job.inputs);
  job.v = scratch;
  job.s = scratch + (job.is_panelwise ? 1 : threads) * job.frequencies * job.v_stride;
  job.u = job.s + threads * job.frequencies * job.s_stride;
  if (!job.is_panelwise) {
    int32_t units = divide_up(job.tiles, job.group);
    ck_pool_run(pool, job.m == 4 ? group_unit_4 : group_unit_2, &job, units);
    return;
  }
  ck_pool_run(pool, job.m == 4 ? input_unit_4 : input_unit_2, &job, job.inputs.count * job.parts);
  int32_t panels = divide_up(ck_blocks(conv->out.channels), CK_PANEL_BLOCKS);
  ck_pool_run(pool, job.m == 4 ? panel_unit_4 : panel_unit_2, &job, panels * job.parts);
}
