// From S to the result: A^T s A of each tile, scale and bias, and the maximum of 2x2 pixels.
#pragma once

#include "winograd_bytes_job.h"
#include "winograd_integer_lines.h"

// Four pixels of 16 channels as bytes, rounded to the nearest; as store_uint8, NaN becomes 255.
CK_INLINE __m512i bytes_of_row(const vec *row) {
  __m512i x[4];
  CK_UNROLL for (int j = 0; j < 4; j++)
    x[j] = _mm512_cvtps_epi32(_mm512_min_ps((__m512)row[j], _mm512_set1_ps(255)));
  // Packing goes by quarters of a register: four channels of each pixel come to lie together.
  const __m512i quarters =
      _mm512_packus_epi16(_mm512_packs_epi32(x[0], x[1]), _mm512_packs_epi32(x[2], x[3]));
  const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  return _mm512_permutexvar_epi32(order, quarters);
}

// Which bytes of a row of four pixels are stored where `columns` lie in the map.
CK_INLINE __mmask64 first_pixels(int32_t columns) {
  return columns >= 4 ? ~(__mmask64)0 : ((__mmask64)1 << columns * CK_LANES) - 1;
}

// Writes those of the 4x4 results at (y, x) that lie in the map, and their 2x2 maxima.
CK_INLINE void store_byte_tile(const ck_conv *conv, int32_t block, int32_t y, int32_t x, vec results[4][4]) {
  const ptrdiff_t pitch = (ptrdiff_t)conv->out.pitch * CK_LANES;
  uint8_t *to = (uint8_t *)conv->out.data + block * ck_block_stride(conv->out) + y * pitch + (ptrdiff_t)x * CK_LANES;
  const int32_t rows = conv->out.height - y, columns = conv->out.width - x;
  __m512i bytes[4];
  CK_UNROLL for (int i = 0; i < 4; i++) bytes[i] = bytes_of_row(results[i]);
  CK_UNROLL for (int i = 0; i < 4; i++)
    if (i < rows) _mm512_mask_storeu_epi8(to + i * pitch, first_pixels(columns), bytes[i]);
  if (!conv->pooled.data) return;
  const ptrdiff_t pooled_pitch = (ptrdiff_t)conv->pooled.pitch * CK_LANES;
  to = (uint8_t *)conv->pooled.data + block * ck_block_stride(conv->pooled) + y / 2 * pooled_pitch +
       (ptrdiff_t)x / 2 * CK_LANES;
  CK_UNROLL for (int i = 0; i < 4; i += 2) {
    const __m512i column = _mm512_max_epu8(bytes[i], bytes[i + 1]);
    const __m512i pair = _mm512_max_epu8(column, _mm512_shuffle_i64x2(column, column, 0xB1));
    if (i + 1 < rows)
      _mm512_mask_storeu_epi8(to + i / 2 * pooled_pitch, first_pixels(smaller(columns / 2, 2)),
                              _mm512_shuffle_i64x2(pair, pair, 0x08));
  }
}

// The same in floats; a network seldom ends with such a layer.
static void store_float_tile(const ck_conv *conv, int32_t block, int32_t y, int32_t x, vec results[4][4]) {
  const ck_map *out = &conv->out, *pooled = &conv->pooled;
  const negative_rule rule = rule_of(conv->activation);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      results[i][j] = rectify(results[i][j], rule);
      if (y + i >= out->height || x + j >= out->width) continue;
      store(out->data + block * ck_block_stride(*out) + ((ptrdiff_t)(y + i) * out->pitch + x + j) * CK_LANES,
            results[i][j]);
      if (!pooled->data || !(i & j & 1)) continue;
      const vec top = larger(results[i - 1][j - 1], results[i - 1][j]);
      const vec bottom = larger(results[i][j - 1], results[i][j]);
      store(pooled->data + block * ck_block_stride(*pooled) +
                ((ptrdiff_t)((y + i) / 2) * pooled->pitch + (x + j) / 2) * CK_LANES,
            larger(top, bottom));
    }
}

// One tile of one block: s is its first frequency.
CK_INLINE void transform_sums(const ck_element element, const bytes_job *job, int32_t block, int32_t tile,
                              const int32_t *s) {
  const ck_conv *conv = job->conv;
  const ptrdiff_t stride = job->s_stride;
  sums32 half[4][6];
  CK_UNROLL for (int x = 0; x < 6; x++) {
    sums32 d[6], line[4];
    CK_UNROLL for (int y = 0; y < 6; y++) d[y] = (sums32)_mm512_load_si512(s + (y * 6 + x) * stride);
    integer_output_line(d, line);
    CK_UNROLL for (int y = 0; y < 4; y++) half[y][x] = line[y];
  }
  const vec scale = load(conv->int8_scale + block * CK_LANES), bias = load(conv->bias + block * CK_LANES);
  vec results[4][4];
  CK_UNROLL for (int i = 0; i < 4; i++) {
    sums32 line[4];
    integer_output_line(half[i], line);
    CK_UNROLL for (int j = 0; j < 4; j++)
      results[i][j] = (vec)_mm512_cvtepi32_ps((__m512i)integer_result(line[j], i, j)) * scale + bias;
  }
  const int32_t y = tile / job->tile_columns * 4, x = tile % job->tile_columns * 4;
  if (element == CK_UINT8) store_byte_tile(conv, block, y, x, results);
  else store_float_tile(conv, block, y, x, results);
}

static void transform_panel_sums(const bytes_job *job, int32_t block, int32_t first, int32_t last, const int32_t *s) {
  const bool is_bytes = job->conv->out.element == CK_UINT8;
  for (int32_t b = 0; b < panel_width(job->conv, block); b++, s += (ptrdiff_t)job->group * CK_LANES)
    for (int32_t tile = first; tile < last; tile++)
      if (is_bytes) transform_sums(CK_UINT8, job, block + b, tile, s + (ptrdiff_t)(tile - first) * CK_LANES);
      else transform_sums(CK_FLOAT32, job, block + b, tile, s + (ptrdiff_t)(tile - first) * CK_LANES);
}
