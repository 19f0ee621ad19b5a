// The one place that asks what the processor can do.
#include "include/ck_isa.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

bool ck_isa_supported(ck_isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case CK_ISA_PORTABLE: return true;
    case CK_ISA_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CK_ISA_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  }
  return false;
#else
  return isa == CK_ISA_PORTABLE;
#endif
}

bool ck_isa_reduces(ck_isa isa) {
#if defined(__x86_64__)
  return isa == CK_ISA_AVX512 && ck_isa_supported(isa) && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512vnni");
#else
  (void)isa;
  return false;
#endif
}

#if defined(__x86_64__)
#define CK_TIMED __attribute__((target("avx512f,avx512bf16"), noinline))
enum { TIMED_ROUNDS = 2000, TIMED_SUMS = 12, TIMED_TRIALS = 7 };

// The least time of some rounds of independent multiplications, the sums kept in registers.
#define CK_TIME(NAME, MULTIPLY)                                                  \
  CK_TIMED static int64_t NAME(void) {                                           \
    __m512 sums[TIMED_SUMS], x = _mm512_setzero_ps();                            \
    int64_t least = INT64_MAX;                                                   \
    for (int i = 0; i < TIMED_SUMS; i++) sums[i] = x;                            \
    for (int trial = 0; trial < TIMED_TRIALS; trial++) {                         \
      struct timespec begin, end;                                                \
      clock_gettime(CLOCK_MONOTONIC, &begin);                                    \
      for (int round = 0; round < TIMED_ROUNDS; round++)                         \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < TIMED_SUMS; i++) { \
          MULTIPLY;                                                              \
          __asm__ volatile("" : "+v"(sums[i]));                                  \
        }                                                                        \
      clock_gettime(CLOCK_MONOTONIC, &end);                                      \
      int64_t time = (end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec; \
      if (time < least) least = time;                                            \
    }                                                                            \
    return least;                                                                \
  }
CK_TIME(time_floats, sums[i] = _mm512_fmadd_ps(x, x, sums[i]))
CK_TIME(time_pairs, sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)x, (__m512bh)x))
#endif

bool ck_pairs_are_fast(void) {
#if defined(__x86_64__)
  static _Atomic int known = -1;
  int fast = atomic_load(&known);
  if (fast < 0) {
    // One instruction on pairs does the work of two on floats. Processors differ by a factor of four here.
    fast = ck_isa_reduces(CK_ISA_AVX512) && time_pairs() < time_floats() * 3 / 2;
    atomic_store(&known, fast);
  }
  return fast;
#else
  return false;
#endif
}

const char *ck_isa_name(ck_isa isa) {
  switch (isa) {
    case CK_ISA_PORTABLE: return "portable";
    case CK_ISA_AVX2: return "avx2";
    case CK_ISA_AVX512: return "avx512";
  }
  return "unknown";
}

ck_isa ck_isa_preferred(void) {
  const char *wanted = getenv("HINGED_ISA");
  ck_isa best = CK_ISA_PORTABLE;
  for (ck_isa isa = CK_ISA_PORTABLE; isa <= CK_ISA_AVX512; isa++) {
    if (!ck_isa_supported(isa)) continue;
    if (wanted && strcmp(wanted, ck_isa_name(isa)) == 0) return isa;
    best = isa;
  }
  return best;
}
