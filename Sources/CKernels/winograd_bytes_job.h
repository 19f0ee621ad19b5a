// What the parts of Winograd's method on bytes share; conv_winograd_bytes.h tells the whole.
#pragma once

#include "conv_common.h"
#include "conv_tile_words.h"

typedef struct {
  const ck_conv *conv;
  input_blocks inputs;
  int32_t doubled;  // input blocks of doubled maps; they come first
  int32_t tile_columns, tiles;
  int32_t group;                           // tiles of a unit
  ptrdiff_t v_stride, s_stride, u_stride;  // elements from one frequency to the next
  size_t v_bytes, s_bytes, u_bytes;        // of each thread
  char *scratch;
} bytes_job;

enum {
  CK_FREQUENCIES = 36,
  CK_BYTES_CACHE = 1500 << 10,  // of V and S, for one thread: beside U they stay in a second cache of 2 MiB
  CK_BYTES_GROUP = 112,         // most tiles of a unit; each of them transforms the filters anew
  CK_WORDS_GROUP = 42,          // the same where they are stored: S is better near
  CK_BYTES_FILTER_BLOCKS = 8,   // input blocks whose filters are transformed together
  CK_BYTES_PADDING = 64,        // bytes: so that the frequencies do not fall on the same cache sets
};

// Frequencies of which the transform of a doubled map leaves nothing.
CK_INLINE bool vanishes_when_doubled(int k) { return k / 6 == 2 || k % 6 == 2; }

static int32_t divided_up(int32_t a, int32_t b) { return (a + b - 1) / b; }

static void plan_bytes(const ck_conv *conv, int32_t threads, bytes_job *job) {
  const int32_t blocks = count_blocks(conv);
  job->conv = conv;
  job->tile_columns = divided_up(conv->out.width, 4);
  job->tiles = divided_up(conv->out.height, 4) * job->tile_columns;
  const int32_t tile_bytes = CK_FREQUENCIES * CK_LANES * (blocks * 2 + CK_PANEL_BLOCKS * 4);
  const int32_t most = conv->int8_words ? CK_WORDS_GROUP : CK_BYTES_GROUP;
  const int32_t fitting = smaller(greater(CK_BYTES_CACHE / tile_bytes, CK_TILE_PIXELS), most);
  // A multiple of the threads, so that they end together; even, as two tiles are transformed at once.
  job->group = divided_up(job->tiles, divided_up(divided_up(job->tiles, fitting), threads) * threads);
  job->group += job->group & 1;
  job->v_stride = (ptrdiff_t)blocks * job->group * CK_LANES + CK_BYTES_PADDING / 2;
  job->s_stride = (ptrdiff_t)CK_PANEL_BLOCKS * job->group * CK_LANES + CK_BYTES_PADDING / 4;
  const ptrdiff_t filters = (ptrdiff_t)smaller(blocks, CK_BYTES_FILTER_BLOCKS) * CK_LANES * CK_PANEL_BLOCKS * CK_LANES;
  job->u_stride = conv->int8_weights ? filters + CK_BYTES_PADDING / 2 : 0;
  job->v_bytes = CK_FREQUENCIES * job->v_stride * sizeof(int16_t);
  job->s_bytes = CK_FREQUENCIES * job->s_stride * sizeof(int32_t);
  job->u_bytes = CK_FREQUENCIES * job->u_stride * sizeof(int16_t);
}

static size_t bytes_scratch(const ck_conv *conv, int32_t threads) {
  bytes_job job;
  plan_bytes(conv, threads, &job);
  return threads * (job.v_bytes + job.s_bytes + job.u_bytes) / sizeof(float);
}
