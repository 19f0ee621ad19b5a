// The one-dimensional transforms of F(4,3) on integers: what comes out is the direct sum, bit by bit.
//
// The points are 0, +-1, +-2 and infinity, and each matrix is scaled until it is whole:
//
//   B^T (inputs)              G (filters)      A^T (sums)                  is times
//   4  0 -5  0  1  0          6  0  0          1 -4 -4  1  1  0            24
//   0 -4 -4  1  1  0          1  1  1          0 -2  2  1 -1  0            12
//   0  4 -4 -1  1  0          1 -1  1          0 -1 -1  1  1  0             6
//   0 -2 -1  2  1  0          1  2  4          0 -1  1  2 -2  1             6
//   0  2 -1 -2  1  0          1 -2  4
//   0  4  0 -5  0  1          0  0  6
//
// Of bytes 0 to 255 the transformed inputs lie in -17,340...17,340 (68 x 255, in the second row and column), and of
// weights -127 to 127 the transformed filters in -6,223...6,223 (49 x 127): both fit 16 bits. The sums of their
// products, and what A^T makes of them, may leave 32 bits; they wrap round, and are right modulo 2^32. A result is then
// 9 * 2^s times the direct sum, s from 2 to 6. Nine has an inverse modulo 2^32, and the shift by s gives the direct sum
// wherever it lies within +-2^25 (CK_WINOGRAD_SUM): ck_words_fit asks that of a layer's weights.
#pragma once

#include "simd.h"

// 32 words: 16 channels of two tiles, or 16 output channels of two input channels.
typedef int16_t words __attribute__((vector_size(64), may_alias));
typedef int32_t sums32 __attribute__((vector_size(64), may_alias));

CK_INLINE void integer_input_line(const words *d, words *result) {
  words even = d[4] - d[2], odd = d[3] - d[1];
  words even_1 = d[4] - (d[2] << 2), odd_1 = d[3] - (d[1] << 2), odd_2 = odd + odd;
  result[0] = even + ((d[0] - d[2]) << 2);
  result[1] = even_1 + odd_1;
  result[2] = even_1 - odd_1;
  result[3] = even + odd_2;
  result[4] = even - odd_2;
  result[5] = (d[5] - d[3]) - (odd << 2);
}

CK_INLINE void integer_filter_line(words w0, words w1, words w2, words *result) {
  words outer = w0 + w2, outer_2 = w0 + (w2 << 2), twice = w1 + w1;
  result[0] = (w0 + w0) + (w0 << 2);
  result[1] = outer + w1;
  result[2] = outer - w1;
  result[3] = outer_2 + twice;
  result[4] = outer_2 - twice;
  result[5] = (w2 + w2) + (w2 << 2);
}

CK_INLINE void integer_output_line(const sums32 *m, sums32 *result) {
  sums32 even_1 = m[1] + m[2], odd_1 = m[1] - m[2], even_2 = m[3] + m[4], odd_2 = m[3] - m[4];
  result[0] = m[0] + even_2 - (even_1 << 2);
  result[1] = odd_2 - (odd_1 + odd_1);
  result[2] = even_2 - even_1;
  result[3] = (odd_2 + odd_2) - odd_1 + m[5];
}

// The direct sum, of a result in row i and column j of a tile.
CK_INLINE sums32 integer_result(sums32 x, int i, int j) {
  const int twos[4] = {3, 2, 1, 1};
  return (sums32)_mm512_srai_epi32((__m512i)(x * (int32_t)0x38E38E39), twos[i] + twos[j]);
}
