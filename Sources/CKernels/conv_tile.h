// The inner loop of every convolution: `pixels` neighbouring pixels times a panel of output channels, held in
// registers while all input channels and taps pass by.
#pragma once

#include "simd.h"

typedef struct {
  const float *weights;
  const uint16_t *paired_weights;
  const float *bias;        // what the sums begin with
  ptrdiff_t bias_pixel;     // floats from the bias of one pixel to that of the next: 0, or those of a result
  ptrdiff_t bias_block;
  const int32_t *lanes;     // input channels in each block
  int32_t blocks;
  ptrdiff_t block_stride;   // elements from one input block to the next
  ptrdiff_t plane;          // planar tiles: from one channel to the next
  const ptrdiff_t *taps;    // offset of each tap from the first pixel
  int32_t tap_count;
  ptrdiff_t out_block_stride;
  ck_activation activation;
} panel;

// in: the first pixel's floats; out: pixels x 16 floats in each block of the panel
typedef void (*tile_function)(const panel *p, const float *in, float *out);

// Every loop over the sums must be unrolled, or they live in memory; the loop over the lanes must not be, or
// clang spills them. A pixel's lane lies at PIXEL * (index of the pixel) + LANE * (index of the lane).
#define CK_TILE(NAME, PIXEL, LANE, PIXELS, BLOCKS)                                                          \
  static void NAME##_##PIXELS##_##BLOCKS(const panel *p, const float *in, float *out) {                     \
    enum { VECTORS = BLOCKS * CK_PARTS };                                                                   \
    vec sums[PIXELS][VECTORS];                                                                              \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                              \
      CK_UNROLL for (int n = 0; n < VECTORS; n++)                                                           \
        sums[m][n] = load(p->bias + n / CK_PARTS * p->bias_block + m * p->bias_pixel + n % CK_PARTS * CK_VL); \
    const float *weights = p->weights;                                                                      \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                            \
      const int32_t lanes = p->lanes[block];                                                                \
      for (int32_t tap = 0; tap < p->tap_count; tap++) {                                                    \
        const float *pixel = in + p->taps[tap];                                                             \
        _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < lanes; lane++) {                \
          vec row[VECTORS];                                                                                 \
          CK_UNROLL for (int n = 0; n < VECTORS; n++) row[n] = load(weights + n * CK_VL);                   \
          CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                        \
            CK_UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] += pixel[m * PIXEL] * row[n];            \
          pixel += LANE;                                                                                    \
          weights += VECTORS * CK_VL;                                                                       \
        }                                                                                                   \
      }                                                                                                     \
    }                                                                                                       \
    if (p->activation.kind != CK_ACTIVATION_NONE) {                                                         \
      const negative_rule rule = rule_of(p->activation);                                                    \
      CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                            \
        CK_UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] = rectify(sums[m][n], rule);                 \
    }                                                                                                       \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                              \
      CK_UNROLL for (int n = 0; n < VECTORS; n++)                                                           \
        store(out + n / CK_PARTS * p->out_block_stride + m * CK_LANES + n % CK_PARTS * CK_VL, sums[m][n]);  \
  }

#define CK_BLOCKED_TILE(PIXELS, BLOCKS) CK_TILE(tile, CK_LANES, 1, PIXELS, BLOCKS)
#define CK_PLANAR_TILE(PIXELS, BLOCKS) CK_TILE(planar_tile, 1, p->plane, PIXELS, BLOCKS)

// CK_TILE_PIXELS: the most pixels whose sums fit the registers.
#if CK_TILE_PIXELS == 14
#define CK_EVERY_SIZE(TILE, BLOCKS)                                                                \
  TILE(1, BLOCKS) TILE(2, BLOCKS) TILE(3, BLOCKS) TILE(4, BLOCKS) TILE(5, BLOCKS) TILE(6, BLOCKS) \
  TILE(7, BLOCKS) TILE(8, BLOCKS) TILE(9, BLOCKS) TILE(10, BLOCKS) TILE(11, BLOCKS)               \
  TILE(12, BLOCKS) TILE(13, BLOCKS) TILE(14, BLOCKS)
#define CK_NAMES(NAME, BLOCKS)                                                                        \
  {                                                                                                   \
    0, NAME##_1_##BLOCKS, NAME##_2_##BLOCKS, NAME##_3_##BLOCKS, NAME##_4_##BLOCKS, NAME##_5_##BLOCKS, \
        NAME##_6_##BLOCKS, NAME##_7_##BLOCKS, NAME##_8_##BLOCKS, NAME##_9_##BLOCKS,                   \
        NAME##_10_##BLOCKS, NAME##_11_##BLOCKS, NAME##_12_##BLOCKS, NAME##_13_##BLOCKS,               \
        NAME##_14_##BLOCKS                                                                            \
  }
#elif CK_TILE_PIXELS == 6
#define CK_EVERY_SIZE(TILE, BLOCKS) \
  TILE(1, BLOCKS) TILE(2, BLOCKS) TILE(3, BLOCKS) TILE(4, BLOCKS) TILE(5, BLOCKS) TILE(6, BLOCKS)
#define CK_NAMES(NAME, BLOCKS)                                                                        \
  {                                                                                                   \
    0, NAME##_1_##BLOCKS, NAME##_2_##BLOCKS, NAME##_3_##BLOCKS, NAME##_4_##BLOCKS, NAME##_5_##BLOCKS, \
        NAME##_6_##BLOCKS                                                                             \
  }
#else
#define CK_EVERY_SIZE(TILE, BLOCKS) TILE(1, BLOCKS) TILE(2, BLOCKS) TILE(3, BLOCKS)
#define CK_NAMES(NAME, BLOCKS) \
  { 0, NAME##_1_##BLOCKS, NAME##_2_##BLOCKS, NAME##_3_##BLOCKS }
#endif

CK_EVERY_SIZE(CK_BLOCKED_TILE, 1)
CK_EVERY_SIZE(CK_PLANAR_TILE, 1)
#if CK_PANEL_BLOCKS == 2
CK_EVERY_SIZE(CK_BLOCKED_TILE, 2)
CK_EVERY_SIZE(CK_PLANAR_TILE, 2)
static const tile_function tiles[3][CK_TILE_PIXELS + 1] = {{0}, CK_NAMES(tile, 1), CK_NAMES(tile, 2)};
static const tile_function planar_tiles[3][CK_TILE_PIXELS + 1] = {
    {0}, CK_NAMES(planar_tile, 1), CK_NAMES(planar_tile, 2)};
#else
static const tile_function tiles[2][CK_TILE_PIXELS + 1] = {{0}, CK_NAMES(tile, 1)};
static const tile_function planar_tiles[2][CK_TILE_PIXELS + 1] = {{0}, CK_NAMES(planar_tile, 1)};
#endif

// Runs a tile function of each size over `pixels` pixels, split evenly; `pixel` is the distance of two in `in`.
CK_INLINE void run_each(const tile_function *sizes, const panel *p, int32_t pixels, int32_t pixel, const float *in,
                        float *out) {
  int32_t parts = (pixels + CK_TILE_PIXELS - 1) / CK_TILE_PIXELS;
  for (int32_t part = 0, x = 0; part < parts; part++) {
    int32_t count = (pixels - x) / (parts - part);
    panel q = *p;
    q.bias += x * p->bias_pixel;
    sizes[count](&q, in + (ptrdiff_t)x * pixel, out + (ptrdiff_t)x * CK_LANES);
    x += count;
  }
}

CK_INLINE void run_tiles(const panel *p, int32_t blocks, int32_t pixels, const float *in, float *out) {
  run_each(tiles[blocks], p, pixels, CK_LANES, in, out);
}
