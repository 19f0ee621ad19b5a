// The one-dimensional transforms of F(2,3) and F(4,3) on vectors.
//
// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015). F(4,3) with the points 0, +-a,
// +-b and infinity, a = sqrt(1/2), b = sqrt(2): half the rounding error of the usual +-1, +-2.
#pragma once

#include "simd.h"

#define CK_POINT_A 0.70710678118654752440f
#define CK_POINT_B 1.41421356237309504880f

// B^T d: m + 2 inputs to as many frequencies. a^2 = 1/2, b^2 = 2, a^2 b^2 = 1, a^2 + b^2 = 5/2.
CK_INLINE void input_line(const int m, const vec *d, vec *result) {
  if (m == 2) {
    result[0] = d[0] - d[2];
    result[1] = d[1] + d[2];
    result[2] = d[2] - d[1];
    result[3] = d[1] - d[3];
    return;
  }
  vec even_a = d[4] - 2.0f * d[2], odd_a = CK_POINT_A * (d[3] - 2.0f * d[1]);
  vec even_b = d[4] - 0.5f * d[2], odd_b = CK_POINT_B * (d[3] - 0.5f * d[1]);
  result[0] = (d[0] + d[4]) - 2.5f * d[2];
  result[1] = even_a + odd_a;
  result[2] = even_a - odd_a;
  result[3] = even_b + odd_b;
  result[4] = even_b - odd_b;
  result[5] = (d[1] + d[5]) - 2.5f * d[3];
}

// G w: three taps to m + 2 frequencies; pack.c has the matrices.
CK_INLINE void filter_line(const int m, vec w0, vec w1, vec w2, vec *result) {
  result[0] = w0;
  if (m == 2) {
    vec even = 0.5f * (w0 + w2), odd = 0.5f * w1;
    result[1] = even + odd;
    result[2] = even - odd;
    result[3] = w2;
    return;
  }
  vec even_a = (-2.0f / 3) * w0 - (1.0f / 3) * w2, odd_a = (-2.0f / 3 * CK_POINT_A) * w1;
  vec even_b = (1.0f / 6) * w0 + (1.0f / 3) * w2, odd_b = (1.0f / 6 * CK_POINT_B) * w1;
  result[1] = even_a + odd_a;
  result[2] = even_a - odd_a;
  result[3] = even_b + odd_b;
  result[4] = even_b - odd_b;
  result[5] = w2;
}

// A^T s: m + 2 frequencies to m results.
CK_INLINE void output_line(const int m, const vec *s, vec *result) {
  if (m == 2) {
    result[0] = s[0] + s[1] + s[2];
    result[1] = s[1] - s[2] - s[3];
    return;
  }
  vec even_a = s[1] + s[2], odd_a = CK_POINT_A * (s[1] - s[2]);
  vec even_b = s[3] + s[4], odd_b = CK_POINT_B * (s[3] - s[4]);
  result[0] = s[0] + even_a + even_b;
  result[1] = odd_a + odd_b;
  result[2] = 0.5f * even_a + 2.0f * even_b;
  result[3] = 0.5f * odd_a + 2.0f * odd_b + s[5];
}
