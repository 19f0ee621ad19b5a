// Orders weights as the convolutions read them: panel by panel of output channels, and in each panel
//   direct:   for each block of input channels, for each tap, for each channel of the block
//   Winograd: for each frequency, for each input channel
// one row of the panel's output channels.
#include <math.h>
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

// The same tap of 16 output channels. Transformed in 64 bits, so that only the result is rounded.
typedef double wide __attribute__((vector_size(CK_LANES * sizeof(double))));

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

static void store_row(const wide *x, float *row) {
  for (int i = 0; i < CK_LANES; i++) row[i] = (float)(*x)[i];
}

// G w G^T for the 3x3 filters of 16 output channels; frequency k goes to row[k * stride].
static void transform_filters(const double (*g)[3], int n, const wide *w, float *row, size_t stride) {
  wide half[6][3];
  for (int i = 0; i < n; i++)
    for (int x = 0; x < 3; x++) half[i][x] = g[i][0] * w[x] + g[i][1] * w[3 + x] + g[i][2] * w[6 + x];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      wide sum = g[j][0] * half[i][0] + g[j][1] * half[i][1] + g[j][2] * half[i][2];
      store_row(&sum, row + (i * n + j) * stride);
    }
}

typedef struct {
  ck_method method;
  int32_t taps, in_channels, out_channels, panel_blocks;
  const float *oihw;
  float *packed;
} packing;

// Where the rows of an input channel lie in a panel, in rows: its first tap, and the distance between taps.
typedef struct {
  size_t first, tap_stride;
} row_place;

// A row's 16 floats of output block `block`, for input channel c.
static void pack_rows(const packing *p, int32_t block, int32_t c, row_place at) {
  int32_t first_block = block / p->panel_blocks * p->panel_blocks;
  int32_t left = ck_blocks(p->out_channels) - first_block;
  int32_t width = (left < p->panel_blocks ? left : p->panel_blocks) * CK_LANES;
  float *panel = p->packed + (size_t)first_block * CK_LANES * p->in_channels * frequencies(p->method, p->taps);
  float *row = panel + at.first * width + (block - first_block) * CK_LANES;
  size_t stride = at.tap_stride * width;
  int32_t channels = p->out_channels - block * CK_LANES;
  if (channels > CK_LANES) channels = CK_LANES;
  const float *filter = p->oihw + ((size_t)block * CK_LANES * p->in_channels + c) * p->taps;
  size_t filter_stride = (size_t)p->in_channels * p->taps;
  if (p->method == CK_METHOD_DIRECT) {
    for (int32_t t = 0; t < p->taps; t++)
      for (int32_t k = 0; k < CK_LANES; k++)
        row[t * stride + k] = k < channels ? filter[k * filter_stride + t] : 0;
    return;
  }
  wide w[9] = {0};
  for (int32_t k = 0; k < channels; k++)
    for (int32_t t = 0; t < 9; t++) w[t][k] = filter[k * filter_stride + t];
  if (p->method == CK_METHOD_WINOGRAD_2) transform_filters(g2, 4, w, row, stride);
  if (p->method == CK_METHOD_WINOGRAD_4) transform_filters(g4, 6, w, row, stride);
}

// The input channels [start, start + lanes) are one block of a source.
static void pack_block(const packing *p, int32_t start, int32_t lanes) {
  for (int32_t block = 0; block < ck_blocks(p->out_channels); block++)
    for (int32_t lane = 0; lane < lanes; lane++) {
      row_place at = {start + lane, p->in_channels};
      if (p->method == CK_METHOD_DIRECT) at = (row_place){(size_t)start * p->taps + lane, lanes};
      pack_rows(p, block, start + lane, at);
    }
}

void ck_pack_weights(ck_isa isa, ck_method method, const float *oihw, int32_t out_channels,
                     const int32_t *source_channels, int32_t source_count, int32_t taps, float *packed) {
  packing p = {method, taps, 0, out_channels, ck_kernels_for(isa)->panel_blocks, oihw, packed};
  for (int32_t s = 0; s < source_count; s++) p.in_channels += source_channels[s];
  int32_t start = 0;
  for (int32_t s = 0; s < source_count; s++)
    for (int32_t left = source_channels[s]; left > 0; left -= CK_LANES) {
      int32_t lanes = left < CK_LANES ? left : CK_LANES;
      pack_block(&p, start, lanes);
      start += lanes;
    }
}

static uint16_t to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return 0x7FC0;
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

void ck_pack_pairs(ck_isa isa, ck_method method, const float *packed, int32_t out_channels, int32_t in_channels,
                   uint16_t *pairs) {
  const int32_t panel_blocks = ck_kernels_for(isa)->panel_blocks;
  for (int32_t block = 0; block < ck_blocks(out_channels); block += panel_blocks) {
    int32_t left = ck_blocks(out_channels) - block;
    int32_t width = (left < panel_blocks ? left : panel_blocks) * CK_LANES;
    for (int32_t row = 0; row < in_channels * frequencies(method, 9); row += 2, packed += 2 * width)
      for (int32_t k = 0; k < width; k++)
        for (int32_t half = 0; half < 2; half++) *pairs++ = to_bfloat16(packed[half * width + k]);
  }
}

static int32_t padded_blocks(const int32_t *source_channels, int32_t source_count) {
  int32_t blocks = 0;
  for (int32_t s = 0; s < source_count; s++) blocks += ck_blocks(source_channels[s]);
  return blocks;
}

size_t ck_int8_bytes(int32_t out_channels, const int32_t *source_channels, int32_t source_count, int32_t taps) {
  return (size_t)ck_blocks(out_channels) * CK_LANES * padded_blocks(source_channels, source_count) * CK_LANES *
         taps;
}

// Half the range of a filter times the scales of what it reads, in steps of 1 / 127.
static float filter_unit(const float *filter, const int32_t *source_channels, const float *source_scales,
                         int32_t source_count, int32_t taps) {
  float largest = 0;
  for (int32_t s = 0; s < source_count; s++)
    for (int32_t i = 0; i < source_channels[s] * taps; i++) {
      float weight = fabsf(*filter++) * source_scales[s];
      if (weight > largest) largest = weight;
    }
  return largest / 127;
}

// Bytes in the order of the kernel: panel, block, tap, four channels, output block, output channel, channel.
void ck_pack_int8(ck_isa isa, const float *oihw, int32_t out_channels, const int32_t *source_channels,
                  const float *source_scales, int32_t source_count, int32_t taps, int8_t *packed, float *scale) {
  const int32_t panel_blocks = ck_kernels_for(isa)->panel_blocks;
  const int32_t blocks = padded_blocks(source_channels, source_count);
  int32_t in_channels = 0;
  for (int32_t s = 0; s < source_count; s++) in_channels += source_channels[s];
  memset(packed, 0, ck_int8_bytes(out_channels, source_channels, source_count, taps));
  memset(scale, 0, (size_t)ck_blocks(out_channels) * CK_LANES * sizeof(float));
  for (int32_t k = 0; k < out_channels; k++) {
    const float *filter = oihw + (size_t)k * in_channels * taps;
    float unit = filter_unit(filter, source_channels, source_scales, source_count, taps);
    scale[k] = unit;
    int32_t first_block = k / CK_LANES / panel_blocks * panel_blocks;
    int32_t left = ck_blocks(out_channels) - first_block;
    int32_t width = (left < panel_blocks ? left : panel_blocks) * CK_LANES;
    int8_t *panel = packed + (size_t)first_block * CK_LANES * blocks * CK_LANES * taps;
    int32_t block = 0;
    for (int32_t s = 0; s < source_count; block += ck_blocks(source_channels[s]), s++)
      for (int32_t c = 0; c < source_channels[s]; c++, filter += taps)
        for (int32_t t = 0; t < taps && unit > 0; t++) {
          size_t four = ((size_t)(block + c / CK_LANES) * taps + t) * 4 + c % CK_LANES / 4;
          panel[(four * width + k - first_block * CK_LANES) * 4 + c % 4] =
              (int8_t)lrintf(filter[t] * source_scales[s] / unit);
        }
  }
}
