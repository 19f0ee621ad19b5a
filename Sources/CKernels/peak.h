// How many operations a second the registers allow: independent multiplications and additions, nothing else.
#pragma once

#include <time.h>

#include "simd.h"

enum { CK_PEAK_ROUNDS = 20000, CK_PEAK_SUMS = 12, CK_PEAK_TRIALS = 9 };

static double processor_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// The best of some trials. `sums` survives, so that nothing is left out.
static double peak_floats(void) {
  vec sums[CK_PEAK_SUMS], x = splat(0.5f), y = splat(1);
  double best = 0;
  for (int i = 0; i < CK_PEAK_SUMS; i++) sums[i] = splat((float)i);
  for (int trial = 0; trial < CK_PEAK_TRIALS; trial++) {
    double begin = processor_seconds();
    for (int round = 0; round < CK_PEAK_ROUNDS; round++)
      CK_UNROLL for (int i = 0; i < CK_PEAK_SUMS; i++) sums[i] = sums[i] * x + y;
    double rate = 2.0 * CK_VL * CK_PEAK_SUMS * CK_PEAK_ROUNDS / (processor_seconds() - begin);
    if (rate > best) best = rate;
  }
  float total = 0;
  for (int i = 0; i < CK_PEAK_SUMS; i++) total += sums[i][0];
  return total == total ? best : 0;
}

#ifdef CK_REDUCED
static double peak_bytes(void) {
  __m512i sums[CK_PEAK_SUMS], x = _mm512_set1_epi8(1);
  double best = 0;
  for (int i = 0; i < CK_PEAK_SUMS; i++) sums[i] = _mm512_set1_epi32(i);
  for (int trial = 0; trial < CK_PEAK_TRIALS; trial++) {
    double begin = processor_seconds();
    for (int round = 0; round < CK_PEAK_ROUNDS; round++)
      CK_UNROLL for (int i = 0; i < CK_PEAK_SUMS; i++) {
        sums[i] = _mm512_dpbusd_epi32(sums[i], x, x);
        __asm__ volatile("" : "+v"(sums[i]));
      }
    double rate = 2.0 * 64 * CK_PEAK_SUMS * CK_PEAK_ROUNDS / (processor_seconds() - begin);
    if (rate > best) best = rate;
  }
  return best;
}
#endif
