// From weights in the direct method's order to U, as they are used: G g G^T.
#pragma once

#include "winograd_bytes_job.h"
#include "winograd_integer_lines.h"

// Two of the four input channels of each word of the direct method's weights.
CK_INLINE words half_of_fours(const int8_t *fours, const bool upper) {
  // Each byte into the upper half of a word, from where the shift takes its sign along.
  const __m512i low = _mm512_set1_epi32(0x01800080), high = _mm512_set1_epi32(0x03800280);
  const __m512i step = _mm512_set4_epi32(0x0C000C00, 0x08000800, 0x04000400, 0);
  __m512i order = _mm512_add_epi8(upper ? high : low, step);
  return (words)_mm512_srai_epi16(_mm512_shuffle_epi8(_mm512_load_si512(fours), order), 8);
}

// G g G^T of `blocks` input blocks and a panel of `width` output channels, from the direct method's order.
static void transform_int8_filters(const bytes_job *job, const int8_t *filters, int32_t width, int32_t blocks,
                                   int16_t *u) {
  const ptrdiff_t tap = (ptrdiff_t)CK_LANES * width;
  for (int32_t block = 0; block < blocks; block++, filters += 9 * tap)
    for (int32_t four = 0; four < 4; four++)
      for (int upper = 0; upper < 2; upper++)
        for (int32_t n = 0; n < width; n += CK_LANES, u += 2 * CK_LANES) {
          const int8_t *from = filters + (four * width + n) * 4;
          words half[6][3];
          CK_UNROLL for (int x = 0; x < 3; x++) {
            words line[6];
            integer_filter_line(half_of_fours(from + x * tap, upper), half_of_fours(from + (x + 3) * tap, upper),
                                half_of_fours(from + (x + 6) * tap, upper), line);
            CK_UNROLL for (int y = 0; y < 6; y++) half[y][x] = line[y];
          }
          CK_UNROLL for (int y = 0; y < 6; y++) {
            words line[6];
            integer_filter_line(half[y][0], half[y][1], half[y][2], line);
            CK_UNROLL for (int x = 0; x < 6; x++)
              _mm512_store_si512(u + (y * 6 + x) * job->u_stride, (__m512i)line[x]);
          }
        }
}
