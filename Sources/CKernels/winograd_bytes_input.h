// From bytes of a map to V: B^T d B of each tile.
#pragma once

#include "winograd_bytes_job.h"
#include "winograd_integer_lines.h"

// Where a tile's 6x6 inputs begin.
typedef struct {
  int32_t row, column;
} tile_place;

CK_INLINE tile_place place_of(const bytes_job *job, int32_t tile) {
  return (tile_place){tile / job->tile_columns * 4 - 1, tile % job->tile_columns * 4 - 1};
}

CK_INLINE bool crosses_edge(const ck_conv *conv, tile_place at) {
  return at.row < 0 || at.column < 0 || at.row + 6 > conv->in_height || at.column + 6 > conv->in_width;
}

CK_INLINE const __m128i *pixel_of(const bool checked, const int halved, const bytes_job *job, const input_block *b,
                                  tile_place at, int y, int x) {
  static const _Alignas(16) uint8_t zeros[CK_LANES];
  const int32_t r = at.row + y, c = at.column + x;
  if (checked && (r < 0 || r >= job->conv->in_height || c < 0 || c >= job->conv->in_width))
    return (const __m128i *)zeros;
  return (const __m128i *)((const uint8_t *)b->data +
                           ((ptrdiff_t)(r >> halved) * b->pitch + (c >> halved)) * CK_LANES);
}

// B^T d B of two tiles.
CK_INLINE void transform_two(const bool checked, const int halved, const bytes_job *job, const input_block *b,
                             tile_place first, tile_place second, int16_t *v) {
  words half[6][6];
  CK_UNROLL for (int x = 0; x < 6; x++) {
    if (halved && (x == 2 || x == 4)) {
      CK_UNROLL for (int y = 0; y < 6; y++) half[y][x] = half[y][x - 1];
      continue;
    }
    words d[6], line[6];
    CK_UNROLL for (int y = 0; y < 6; y++) {
      if (halved && (y == 2 || y == 4)) {
        d[y] = d[y - 1];
        continue;
      }
      __m128i one = _mm_load_si128(pixel_of(checked, halved, job, b, first, y, x));
      __m128i two = _mm_load_si128(pixel_of(checked, halved, job, b, second, y, x));
      d[y] = (words)_mm512_cvtepu8_epi16(_mm256_inserti128_si256(_mm256_castsi128_si256(one), two, 1));
    }
    integer_input_line(d, line);
    CK_UNROLL for (int y = 0; y < 6; y++) half[y][x] = line[y];
  }
  CK_UNROLL for (int y = 0; y < 6; y++) {
    words line[6];
    integer_input_line(half[y], line);
    CK_UNROLL for (int x = 0; x < 6; x++)
      if (!halved || !vanishes_when_doubled(y * 6 + x))
        _mm512_store_si512(v + (y * 6 + x) * job->v_stride, (__m512i)line[x]);
  }
}

// Tiles [first, last) of one input block into V. An odd last one is computed twice: there is room for it.
static void transform_bytes(const bytes_job *job, int32_t block, int32_t first, int32_t last, int16_t *v) {
  const input_block *b = &job->inputs.blocks[block];
  const bool halved = b->kind == CK_SOURCE_DOUBLED;
  v += (ptrdiff_t)block * job->group * CK_LANES;
  for (int32_t tile = first; tile < last; tile += 2, v += 2 * CK_LANES) {
    const tile_place one = place_of(job, tile), two = tile + 1 < last ? place_of(job, tile + 1) : one;
    const bool checked = crosses_edge(job->conv, one) || crosses_edge(job->conv, two);
    if (halved && checked) transform_two(true, 1, job, b, one, two, v);
    else if (halved) transform_two(false, 1, job, b, one, two, v);
    else if (checked) transform_two(true, 0, job, b, one, two, v);
    else transform_two(false, 0, job, b, one, two, v);
  }
}
