// The inner loops on pairs of bfloat16 and on fours of eight-bit integers; see conv_tile.h.
#pragma once

#include "conv_tile.h"

// Both tiles on paired weights give the sums as floats, without bias and activation.
#define CK_PAIRED_TILE(PIXELS, BLOCKS)                                                                       \
  static void paired_tile_##PIXELS##_##BLOCKS(const panel *p, const uint16_t *in, float *out) {              \
    const uint16_t *weights = p->paired_weights;                                                             \
    __m512 sums[PIXELS][BLOCKS];                                                                             \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++) sums[m][n] = _mm512_setzero_ps();                           \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                             \
      _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < CK_LANES; lane += 2) {             \
        __m512bh row[BLOCKS];                                                                                \
        CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                           \
          row[n] = (__m512bh)_mm512_load_si512(weights + n * 2 * CK_LANES);                                  \
        CK_UNROLL for (int m = 0; m < PIXELS; m++) {                                                         \
          int32_t pair;                                                                                      \
          memcpy(&pair, in + m * CK_LANES + lane, sizeof pair);                                              \
          CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                         \
            sums[m][n] = _mm512_dpbf16_ps(sums[m][n], (__m512bh)_mm512_set1_epi32(pair), row[n]);            \
        }                                                                                                    \
        weights += BLOCKS * 2 * CK_LANES;                                                                    \
      }                                                                                                      \
    }                                                                                                        \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                             \
        _mm512_store_ps(out + n * p->out_block_stride + m * CK_LANES, sums[m][n]);                           \
  }

typedef void (*paired_tile_function)(const panel *p, const uint16_t *in, float *out);

// The same on floats: an even channel's weights are the lower halves of the words, an odd one's the upper.
#define CK_WIDENED_TILE(PIXELS, BLOCKS)                                                                      \
  static void widened_tile_##PIXELS##_##BLOCKS(const panel *p, const float *in, float *out) {                \
    const uint16_t *weights = p->paired_weights;                                                             \
    const __m512i upper = _mm512_set1_epi32((int32_t)0xFFFF0000);                                            \
    vec sums[PIXELS][BLOCKS];                                                                                \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++) sums[m][n] = splat(0);                                      \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                             \
      _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < CK_LANES; lane += 2) {             \
        vec row[BLOCKS];                                                                                     \
        CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                           \
          row[n] = (vec)_mm512_slli_epi32(_mm512_load_si512(weights + n * 2 * CK_LANES), 16);                \
        CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                           \
          CK_UNROLL for (int n = 0; n < BLOCKS; n++) sums[m][n] += in[m * CK_LANES + lane] * row[n];         \
        CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                           \
          row[n] = (vec)_mm512_and_si512(_mm512_load_si512(weights + n * 2 * CK_LANES), upper);              \
        CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                           \
          CK_UNROLL for (int n = 0; n < BLOCKS; n++) sums[m][n] += in[m * CK_LANES + lane + 1] * row[n];     \
        weights += BLOCKS * 2 * CK_LANES;                                                                    \
      }                                                                                                      \
    }                                                                                                        \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                             \
        store(out + n * p->out_block_stride + m * CK_LANES, sums[m][n]);                                     \
  }

// What becomes of the sums of eight-bit products. A result of CK_UINT8 has no negative elements, so that only a
// rectified linear activation, or none, is possible.
typedef struct {
  const int8_t *weights;
  const float *scale;
  ck_element element;  // of the result: CK_UINT8, in units of its scale, or CK_FLOAT32
} int8_panel;

CK_INLINE vec int8_result(const panel *p, const int8_panel *q, __m512i sums, int n) {
  return (vec)_mm512_cvtepi32_ps(sums) * load(q->scale + n * CK_LANES) + load(p->bias + n * CK_LANES);
}

#define CK_INT8_TILE(PIXELS, BLOCKS)                                                                         \
  static void int8_tile_##PIXELS##_##BLOCKS(const panel *p, const int8_panel *q, const uint8_t *in,          \
                                            void *out, ptrdiff_t index) {                                    \
    __m512i sums[PIXELS][BLOCKS];                                                                            \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++) sums[m][n] = _mm512_setzero_si512();                        \
    const int8_t *weights = q->weights;                                                                      \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                             \
      for (int32_t tap = 0; tap < p->tap_count; tap++) {                                                     \
        const uint8_t *pixel = in + p->taps[tap];                                                            \
        _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < CK_LANES; lane += 4) {           \
          __m512i row[BLOCKS];                                                                               \
          CK_UNROLL for (int n = 0; n < BLOCKS; n++) row[n] = _mm512_load_si512(weights + n * 4 * CK_LANES); \
          CK_UNROLL for (int m = 0; m < PIXELS; m++) {                                                       \
            int32_t four;                                                                                    \
            memcpy(&four, pixel + m * CK_LANES + lane, sizeof four);                                         \
            CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                       \
              sums[m][n] = _mm512_dpbusd_epi32(sums[m][n], _mm512_set1_epi32(four), row[n]);                 \
          }                                                                                                  \
          weights += BLOCKS * 4 * CK_LANES;                                                                  \
        }                                                                                                    \
      }                                                                                                      \
    }                                                                                                        \
    if (q->element == CK_UINT8) {                                                                            \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                             \
        CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                           \
          store_uint8((uint8_t *)out + index + n * p->out_block_stride + m * CK_LANES,                       \
                      int8_result(p, q, sums[m][n], n));                                                     \
      return;                                                                                                \
    }                                                                                                        \
    const negative_rule rule = rule_of(p->activation);                                                       \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                               \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                             \
        store((float *)out + index + n * p->out_block_stride + m * CK_LANES,                                 \
              rectify(int8_result(p, q, sums[m][n], n), rule));                                              \
  }

typedef void (*int8_tile_function)(const panel *p, const int8_panel *q, const uint8_t *in, void *out,
                                   ptrdiff_t index);

CK_EVERY_SIZE(CK_PAIRED_TILE, 1)
CK_EVERY_SIZE(CK_PAIRED_TILE, 2)
CK_EVERY_SIZE(CK_WIDENED_TILE, 1)
CK_EVERY_SIZE(CK_WIDENED_TILE, 2)
CK_EVERY_SIZE(CK_INT8_TILE, 1)
CK_EVERY_SIZE(CK_INT8_TILE, 2)
static const paired_tile_function paired_tiles[3][CK_TILE_PIXELS + 1] = {
    {0}, CK_NAMES(paired_tile, 1), CK_NAMES(paired_tile, 2)};
static const tile_function widened_tiles[3][CK_TILE_PIXELS + 1] = {
    {0}, CK_NAMES(widened_tile, 1), CK_NAMES(widened_tile, 2)};
static const int8_tile_function int8_tiles[3][CK_TILE_PIXELS + 1] = {
    {0}, CK_NAMES(int8_tile, 1), CK_NAMES(int8_tile, 2)};

// As run_tiles.
static void run_paired_tiles(const panel *p, int32_t blocks, int32_t pixels, const uint16_t *in, float *out) {
  int32_t parts = (pixels + CK_TILE_PIXELS - 1) / CK_TILE_PIXELS;
  for (int32_t part = 0, x = 0; part < parts; part++) {
    int32_t count = (pixels - x) / (parts - part);
    paired_tiles[blocks][count](p, in + (ptrdiff_t)x * CK_LANES, out + (ptrdiff_t)x * CK_LANES);
    x += count;
  }
}

static void run_widened_tiles(const panel *p, int32_t blocks, int32_t pixels, const float *in, float *out) {
  run_each(widened_tiles[blocks], p, pixels, CK_LANES, in, out);
}

static void run_int8_tiles(const panel *p, const int8_panel *q, int32_t blocks, int32_t pixels,
                           const uint8_t *in, void *out, ptrdiff_t index) {
  int32_t parts = (pixels + CK_TILE_PIXELS - 1) / CK_TILE_PIXELS;
  for (int32_t part = 0, x = 0; part < parts; part++) {
    int32_t count = (pixels - x) / (parts - part);
    int8_tiles[blocks][count](p, q, in + (ptrdiff_t)x * CK_LANES, out, index + (ptrdiff_t)x * CK_LANES);
    x += count;
  }
}
