// Vectors of CK_VL floats, where the file that includes this says how many one register holds. A pixel's block
// of 16 channels is CK_PARTS vectors.
#pragma once

#include <string.h>

#include "kernels.h"

#define CK_PARTS (CK_LANES / CK_VL)
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")

typedef float vec __attribute__((vector_size(CK_VL * sizeof(float)), may_alias));
typedef int32_t ivec __attribute__((vector_size(CK_VL * sizeof(float)), may_alias));

CK_INLINE vec load(const float *aligned) { return *(const vec *)aligned; }
CK_INLINE void store(float *aligned, vec x) { *(vec *)aligned = x; }
CK_INLINE vec splat(float x) { return x - (vec){0}; }

// CK_REDUCED: the kernels that also take bfloat16 and eight bits, on AVX-512. `stored` is what Winograd's method
// reads there.
#ifdef CK_REDUCED
typedef uint16_t stored;

CK_INLINE vec load_bfloat16(const uint16_t *aligned) {
  return (vec)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i *)aligned)), 16);
}

CK_INLINE void store_bfloat16(uint16_t *aligned, vec x) {
  _mm256_store_si256((__m256i *)aligned, (__m256i)_mm512_cvtneps_pbh((__m512)x));
}

CK_INLINE vec load_uint8(const uint8_t *aligned, float scale) {
  return (vec)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_load_si128((const __m128i *)aligned))) * scale;
}

// Of numbers in units of the scale; NaN becomes 255.
CK_INLINE void store_uint8(uint8_t *aligned, vec x) {
  __m512i rounded = _mm512_cvtps_epi32(_mm512_max_ps((__m512)x, _mm512_setzero_ps()));
  _mm_store_si128((__m128i *)aligned, _mm512_cvtusepi32_epi8(rounded));
}

CK_INLINE vec load_stored(const stored *aligned) { return load_bfloat16(aligned); }

// Stores x at element `index`; `unit` is 1 / scale for CK_UINT8.
CK_INLINE void store_as(const ck_element element, void *data, ptrdiff_t index, vec x, float unit) {
  switch (element) {
    case CK_FLOAT32: store((float *)data + index, x); break;
    case CK_BFLOAT16: store_bfloat16((uint16_t *)data + index, x); break;
    case CK_UINT8: store_uint8((uint8_t *)data + index, x * unit); break;
  }
}
#else
typedef float stored;

CK_INLINE vec load_stored(const stored *aligned) { return load(aligned); }

CK_INLINE void store_as(const ck_element element, void *data, ptrdiff_t index, vec x, float unit) {
  (void)element;
  (void)unit;
  store((float *)data + index, x);
}
#endif

CK_INLINE vec load_unaligned(const float *from) {
  vec x;
  memcpy(&x, from, sizeof x);
  return x;
}

CK_INLINE void store_unaligned(float *to, vec x) { memcpy(to, &x, sizeof x); }

// mask ? a : b, lane by lane; a mask's lanes are all ones or all zeros.
CK_INLINE vec choose(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }

// The larger one; NaN where either is NaN.
CK_INLINE vec larger(vec a, vec b) { return choose((a > b) | (a != a), a, b); }

// e^x within 2 units of the last place, 0 below -87.3, infinity above 88.7. NaN stays NaN.
// Cody and Waite's reduction to |r| <= ln(2)/2, then a polynomial of degree 6.
CK_INLINE vec exponential(vec x) {
  const float shifter = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  vec bounded = choose(x > 88.0f, splat(88.0f), choose(x < -87.0f, splat(-87.0f), x));
  vec shifted = bounded * 1.44269504088896341f + shifter;
  vec n = shifted - shifter;
  vec r = bounded - n * 0.693359375f + n * 2.12194440e-4f;
  vec p = splat(1.3888889e-3f);
  p = p * r + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  ivec exponent = ((ivec)shifted - (ivec)splat(shifter)) << 23;
  vec scaled = (vec)((ivec)p + exponent);
  scaled = choose(x < -87.3f, splat(0), scaled);
  scaled = choose(x > 88.7f, splat(__builtin_inff()), scaled);
  return choose(x != x, x, scaled);
}

CK_INLINE vec sigmoid(vec x) { return 1.0f / (1.0f + exponential(-x)); }

// Relu and leaky relu without a branch: what a negative element becomes is slope * x & keep.
typedef struct {
  float slope;
  int32_t keep;
} negative_rule;

CK_INLINE negative_rule rule_of(ck_activation activation) {
  switch (activation.kind) {
    case CK_ACTIVATION_LEAKY_RELU: return (negative_rule){activation.slope, -1};
    case CK_ACTIVATION_RELU: return (negative_rule){0, 0};
    default: return (negative_rule){1, -1};
  }
}

CK_INLINE vec rectify(vec x, negative_rule rule) {
  ivec negative = x < 0;
  return (vec)((~negative & (ivec)x) | (negative & (ivec)(x * rule.slope) & rule.keep));
}

CK_INLINE vec activate(vec x, ck_activation activation) {
  return activation.kind == CK_ACTIVATION_SIGMOID ? sigmoid(x) : rectify(x, rule_of(activation));
}
