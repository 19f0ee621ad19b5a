// The inner loop of Winograd's method on integers of 16 bits; see conv_tile.h.
#pragma once

#include "conv_tile_reduced.h"

typedef struct {
  int32_t blocks;          // of 16 input channels
  ptrdiff_t block_stride;  // words from one input block to the next
  ptrdiff_t out_block_stride;
  bool continues;  // the sums go on from those that are there
} words_panel;

// in: words of PIXELS tiles, 16 channels each. The sums wrap round.
#define CK_WORDS_TILE(PIXELS, BLOCKS)                                                                    \
  static void words_tile_##PIXELS##_##BLOCKS(const words_panel *p, const int16_t *weights,               \
                                             const int16_t *in, int32_t *out) {                          \
    __m512i sums[PIXELS][BLOCKS];                                                                        \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                           \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                         \
        sums[m][n] = p->continues ? _mm512_load_si512(out + n * p->out_block_stride + m * CK_LANES)      \
                                  : _mm512_setzero_si512();                                              \
    for (int32_t block = 0; block < p->blocks; block++, in += p->block_stride) {                         \
      _Pragma("clang loop unroll_count(1)") for (int32_t lane = 0; lane < CK_LANES; lane += 2) {         \
        __m512i row[BLOCKS];                                                                             \
        CK_UNROLL for (int n = 0; n < BLOCKS; n++) row[n] = _mm512_load_si512(weights + n * 2 * CK_LANES); \
        CK_UNROLL for (int m = 0; m < PIXELS; m++) {                                                     \
          int32_t pair;                                                                                  \
          memcpy(&pair, in + m * CK_LANES + lane, sizeof pair);                                          \
          CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                     \
            sums[m][n] = _mm512_dpwssd_epi32(sums[m][n], _mm512_set1_epi32(pair), row[n]);               \
        }                                                                                                \
        weights += BLOCKS * 2 * CK_LANES;                                                                \
      }                                                                                                  \
    }                                                                                                    \
    CK_UNROLL for (int m = 0; m < PIXELS; m++)                                                           \
      CK_UNROLL for (int n = 0; n < BLOCKS; n++)                                                         \
        _mm512_store_si512(out + n * p->out_block_stride + m * CK_LANES, sums[m][n]);                    \
  }

typedef void (*words_tile_function)(const words_panel *p, const int16_t *weights, const int16_t *in, int32_t *out);

CK_EVERY_SIZE(CK_WORDS_TILE, 1)
CK_EVERY_SIZE(CK_WORDS_TILE, 2)
static const words_tile_function words_tiles[3][CK_TILE_PIXELS + 1] = {
    {0}, CK_NAMES(words_tile, 1), CK_NAMES(words_tile, 2)};

// As run_tiles.
static void run_words_tiles(const words_panel *p, int32_t blocks, int32_t pixels, const int16_t *weights,
                            const int16_t *in, int32_t *out) {
  int32_t parts = (pixels + CK_TILE_PIXELS - 1) / CK_TILE_PIXELS;
  for (int32_t part = 0, x = 0; part < parts; part++) {
    int32_t count = (pixels - x) / (parts - part);
    words_tiles[blocks][count](p, weights, in + (ptrdiff_t)x * CK_LANES, out + (ptrdiff_t)x * CK_LANES);
    x += count;
  }
}
