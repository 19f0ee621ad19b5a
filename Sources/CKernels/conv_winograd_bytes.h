// 3x3 convolution of maps of eight bits by Winograd's F(4x4, 3x3) on integers: half the multiplications of the direct
// method, and exactly its sums.
//
// V [frequency][block][tile][16] are the transformed inputs, words; U [frequency][block][pair][channel][2] the
// transformed filters of one panel; S [frequency][block][tile][16] the sums of that panel, in 32 bits.
// A unit is a group of tiles from input to result: V stays in the core's second cache while all panels pass by.
//
// A doubled map has pairs of equal pixels, and a tile begins with the second of a pair: its inputs are a b b c c d, of
// which the point -1 leaves nothing: 4 b - 4 b - c + c. So 11 of the 36 frequencies of doubled channels are not
// computed.
#pragma once

#include "winograd_bytes_filters.h"
#include "winograd_bytes_input.h"
#include "winograd_bytes_output.h"

// One frequency of the input blocks from `first` on, for a panel of `width` output blocks; u begins with that block.
CK_INLINE void multiply_frequency(const bytes_job *job, int k, int32_t first, int32_t blocks, int32_t width,
                                  int32_t tiles, const int16_t *u, const int16_t *v, int32_t *s) {
  const int32_t skipped = vanishes_when_doubled(k) ? smaller(greater(job->doubled - first, 0), blocks) : 0;
  const words_panel p = {.blocks = blocks - skipped, .block_stride = (ptrdiff_t)job->group * CK_LANES,
                         .out_block_stride = (ptrdiff_t)job->group * CK_LANES, .continues = first > 0};
  run_words_tiles(&p, width, tiles, u + (ptrdiff_t)skipped * CK_LANES * width * CK_LANES,
                  v + k * job->v_stride + (first + skipped) * p.block_stride, s + k * job->s_stride);
}

// The sums of one panel whose filters are transformed as they are used.
static void multiply_int8_filters(const bytes_job *job, int32_t block, int32_t tiles, const int16_t *v, int32_t *s,
                                  int16_t *u) {
  const int32_t width = panel_width(job->conv, block), all = job->inputs.count;
  const ptrdiff_t depth = (ptrdiff_t)CK_LANES * 9 * CK_LANES;
  const int8_t *filters = job->conv->int8_weights + block * all * depth;
  for (int32_t first = 0; first < all; first += CK_BYTES_FILTER_BLOCKS) {
    const int32_t blocks = smaller(CK_BYTES_FILTER_BLOCKS, all - first);
    transform_int8_filters(job, filters + first * width * depth, width * CK_LANES, blocks, u);
    for (int k = 0; k < CK_FREQUENCIES; k++)
      multiply_frequency(job, k, first, blocks, width, tiles, u + k * job->u_stride, v, s);
  }
}

static void multiply_words(const bytes_job *job, int32_t block, int32_t tiles, const int16_t *v, int32_t *s) {
  const int32_t width = panel_width(job->conv, block), all = job->inputs.count;
  const ptrdiff_t depth = (ptrdiff_t)all * CK_LANES * CK_LANES;
  const int16_t *u = job->conv->int8_words + block * depth * CK_FREQUENCIES;
  for (int k = 0; k < CK_FREQUENCIES; k++)
    multiply_frequency(job, k, 0, all, width, tiles, u + k * width * depth, v, s);
}

static void bytes_unit(void *context, int32_t unit, int32_t thread) {
  const bytes_job *job = context;
  const int32_t first = unit * job->group, last = smaller(first + job->group, job->tiles);
  char *memory = job->scratch + thread * (job->v_bytes + job->s_bytes + job->u_bytes);
  int16_t *v = (int16_t *)memory, *u = (int16_t *)(memory + job->v_bytes + job->s_bytes);
  int32_t *s = (int32_t *)(memory + job->v_bytes);
  for (int32_t block = 0; block < job->inputs.count; block++) transform_bytes(job, block, first, last, v);
  for (int32_t block = 0; block < ck_blocks(job->conv->out.channels); block += CK_PANEL_BLOCKS) {
    if (job->conv->int8_weights) multiply_int8_filters(job, block, last - first, v, s, u);
    else multiply_words(job, block, last - first, v, s);
    transform_panel_sums(job, block, first, last, s);
  }
}

static void bytes_run(ck_pool *pool, const ck_conv *conv, float *scratch) {
  bytes_job job;
  plan_bytes(conv, ck_pool_threads(pool), &job);
  list_blocks(conv, &job.inputs);
  for (job.doubled = 0; job.doubled < job.inputs.count; job.doubled++)
    if (job.inputs.blocks[job.doubled].kind != CK_SOURCE_DOUBLED) break;
  job.scratch = (char *)scratch;
  ck_pool_run(pool, bytes_unit, &job, divided_up(job.tiles, job.group));
}
