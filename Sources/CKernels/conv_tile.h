// The inner loop of every convolution: `pixels` neighbouring pixels times a panel of output channels, held in
// registers while all input channels and taps pass by.
#pragma once

#include "simd.h"

typedef struct {
  const float *weights;
  const float *bias;
  const int32_t *lanes;    // input channels in each block
  int32_t blocks;
  ptrdiff_t block_stride;  // floats from one input block to the next
  const ptrdiff_t *taps;   // offset of each tap from the first pixel
  int32_t tap_count;
  ptrdiff_t out_block_stride;
  ck_activation activation;
} panel;

// in: the first pixel's floats; out: pixels x 16 floats in each block of the panel
typedef void (*tile_function)(const panel *p, const float *in, float *out);

// Every loop over the sums must be unrolled, or they live in memory; the loop over the lanes must not be, or
// clang spills them.
#define CK_TILE(PIXELS, BLOCKS)                                                                             \
  static void tile_##PIXELS##_##BLOCKS(const panel *p, const float *in, float *out) {                       \
    enum { VECTORS = BLOCKS * CK_PARTS };                                                                   \
    vec sums[PIXELS][VECTORS];                                                                              \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                              \
      CK_UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] = load(p->bias + n * CK_VL);                   \
    const float *weights = p->weights;                                                                      \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                            \
      const int32_t lanes = p->lanes[block];                                                                \
      for (int32_t tap = 0; tap < p->tap_count; tap++) {                                                    \
        const float *pixel = in + p->taps[tap];                                                             \
        _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < lanes; lane++) {                \
          vec row[VECTORS];                                                                                 \
          CK_UNROLL for (int n = 0; n < VECTORS; n++) row[n] = load(weights + n * CK_VL);                   \
          CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                        \
            CK_UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] += pixel[m * CK_LANES + lane] * row[n];  \
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

// CK_TILE_PIXELS: the most pixels whose sums fit the registers.
#if CK_TILE_PIXELS == 14
#define CK_TILES(BLOCKS)                                                                     \
  CK_TILE(1, BLOCKS) CK_TILE(2, BLOCKS) CK_TILE(3, BLOCKS) CK_TILE(4, BLOCKS) CK_TILE(5, BLOCKS) \
  CK_TILE(6, BLOCKS) CK_TILE(7, BLOCKS) CK_TILE(8, BLOCKS) CK_TILE(9, BLOCKS) CK_TILE(10, BLOCKS) \
  CK_TILE(11, BLOCKS) CK_TILE(12, BLOCKS) CK_TILE(13, BLOCKS) CK_TILE(14, BLOCKS)
#define CK_TILE_NAMES(BLOCKS)                                                                  \
  {                                                                                            \
    0, tile_1_##BLOCKS, tile_2_##BLOCKS, tile_3_##BLOCKS, tile_4_##BLOCKS, tile_5_##BLOCKS,    \
        tile_6_##BLOCKS, tile_7_##BLOCKS, tile_8_##BLOCKS, tile_9_##BLOCKS, tile_10_##BLOCKS,  \
        tile_11_##BLOCKS, tile_12_##BLOCKS, tile_13_##BLOCKS, tile_14_##BLOCKS                 \
  }
#elif CK_TILE_PIXELS == 6
#define CK_TILES(BLOCKS) \
  CK_TILE(1, BLOCKS)     \
  CK_TILE(2, BLOCKS) CK_TILE(3, BLOCKS) CK_TILE(4, BLOCKS) CK_TILE(5, BLOCKS) CK_TILE(6, BLOCKS)
#define CK_TILE_NAMES(BLOCKS)                                                               \
  {                                                                                         \
    0, tile_1_##BLOCKS, tile_2_##BLOCKS, tile_3_##BLOCKS, tile_4_##BLOCKS, tile_5_##BLOCKS, \
        tile_6_##BLOCKS                                                                     \
  }
#else
#define CK_TILES(BLOCKS) CK_TILE(1, BLOCKS) CK_TILE(2, BLOCKS) CK_TILE(3, BLOCKS)
#define CK_TILE_NAMES(BLOCKS) \
  { 0, tile_1_##BLOCKS, tile_2_##BLOCKS, tile_3_##BLOCKS }
#endif

CK_TILES(1)
#if CK_PANEL_BLOCKS == 2
CK_TILES(2)
static const tile_function tiles[3][CK_TILE_PIXELS + 1] = {{0}, CK_TILE_NAMES(1), CK_TILE_NAMES(2)};
#else
static const tile_function tiles[2][CK_TILE_PIXELS + 1] = {{0}, CK_TILE_NAMES(1)};
#endif

// Runs `blocks` output blocks over `pixels` pixels, split evenly into tiles.
CK_INLINE void run_tiles(const panel *p, int32_t blocks, int32_t pixels, const float *in, float *out) {
  int32_t parts = (pixels + CK_TILE_PIXELS - 1) / CK_TILE_PIXELS;
  for (int32_t part = 0, x = 0; part < parts; part++) {
    int32_t count = (pixels - x) / (parts - part);
    tiles[blocks][count](p, in + (ptrdiff_t)x * CK_LANES, out + (ptrdiff_t)x * CK_LANES);
    x += count;
  }
}
