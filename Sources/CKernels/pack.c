// Orders weights as the convolutions read them: panel by panel of output channels, and in each panel
//   direct:   for each block of input channels, for each tap, for each channel of the block
//   Winograd: for each frequency, for each input channel
// one row of the panel's output channels.
#include <string.h>

#include "kernels.h"

static int32_t frequencies(ck_method method, int32_t taps) {
  switch (method) {
    case CK_METHOD_DIRECT: return taps;
    case CK_METHOD_WINOGRAD_2: return 16;
    case CK_METHOD_WINOGRAD_4: return 36;
  }
  return taps;
}

size_t ck_packed_floats(ck_method method, int32_t out_channels, int32_t in_channels, int32_t taps) {
  return (size_t)ck_blocks(out_channels) * CK_LANES * in_channels * frequencies(method, taps);
}

// The rows of G: each turns the three taps of a line into one frequency.
static const double g2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};

// Points 0, a, -a, b, -b, infinity with a = sqrt(1/2), b = sqrt(2): rows (1, p, p^2) / N(p), where
// N(0) = a^2 b^2 = 1, N(+-a) = 2 a^2 (a^2 - b^2) = -3/2, N(+-b) = 2 b^2 (b^2 - a^2) = 6.
#define A 0.70710678118654752440
#define B 1.41421356237309504880
static const double g4[6][3] = {
    {1, 0, 0},
    {-2.0 / 3, -2.0 / 3 * A, -1.0 / 3},
    {-2.0 / 3, 2.0 / 3 * A, -1.0 / 3},
    {1.0 / 6, 1.0 / 6 * B, 1.0 / 3},
    {1.0 / 6, -1.0 / 6 * B, 1.0 / 3},
    {0, 0, 1},
};

// result[n * n] = G w G^T for one 3x3 filter
static void transform_filter(const double (*g)[3], int n, const float *w, float *result) {
  double half[6][3];
  for (int i = 0; i < n; i++)
    for (int x = 0; x < 3; x++) half[i][x] = g[i][0] * w[x] + g[i][1] * w[3 + x] + g[i][2] * w[6 + x];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      result[i * n + j] = (float)(half[i][0] * g[j][0] + half[i][1] * g[j][1] + half[i][2] * g[j][2]);
}

// Where the row of an input channel lies in a panel: offset of its first tap, and the distance between taps.
typedef struct {
  size_t first, tap_stride;
} row_place;

static row_place place(ck_method method, int32_t in_channels, int32_t block_start, int32_t lanes, int32_t lane,
                       int32_t taps) {
  if (method == CK_METHOD_DIRECT) return (row_place){(size_t)block_start * taps + lane, lanes};
  return (row_place){block_start + lane, in_channels};
}

typedef struct {
  ck_method method;
  int32_t taps, in_channels, out_channels, panel_blocks;
  const float *oihw;
  float *packed;
} packing;

// One row of the panel that holds output channel k, for input channel c.
static void pack_filter(const packing *p, int32_t k, int32_t c, row_place at) {
  float transformed[36];
  const float *filter = p->oihw + ((size_t)k * p->in_channels + c) * p->taps;
  if (p->method == CK_METHOD_WINOGRAD_2) transform_filter(g2, 4, filter, transformed);
  if (p->method == CK_METHOD_WINOGRAD_4) transform_filter(g4, 6, filter, transformed);
  if (p->method != CK_METHOD_DIRECT) filter = transformed;
  int32_t count = frequencies(p->method, p->taps);
  int32_t first_block = k / CK_LANES / p->panel_blocks * p->panel_blocks;
  int32_t blocks = ck_blocks(p->out_channels) - first_block;
  int32_t width = (blocks < p->panel_blocks ? blocks : p->panel_blocks) * CK_LANES;
  float *panel = p->packed + (size_t)first_block * CK_LANES * p->in_channels * count;
  float *row = panel + at.first * width + (k - first_block * CK_LANES);
  for (int32_t t = 0; t < count; t++) row[t * at.tap_stride * width] = filter[t];
}

void ck_pack_weights(ck_isa isa, ck_method method, const float *oihw, int32_t out_channels,
                     const int32_t *source_channels, int32_t source_count, int32_t taps, float *packed) {
  packing p = {method, taps, 0, out_channels, ck_kernels_for(isa)->panel_blocks, oihw, packed};
  for (int32_t s = 0; s < source_count; s++) p.in_channels += source_channels[s];
  memset(packed, 0, ck_packed_floats(method, out_channels, p.in_channels, taps) * sizeof(float));
  int32_t start = 0;
  for (int32_t s = 0; s < source_count; s++)
    for (int32_t done = 0; done < source_channels[s];) {
      int32_t left = source_channels[s] - done;
      int32_t lanes = left < CK_LANES ? left : CK_LANES;
      for (int32_t lane = 0; lane < lanes; lane++) {
        row_place at = place(method, p.in_channels, start, lanes, lane, taps);
        for (int32_t k = 0; k < out_channels; k++) pack_filter(&p, k, start + lane, at);
      }
      start += lanes;
      done += lanes;
    }
}
