// The one place that asks what the processor can do.
#include "include/ck_isa.h"

#include <stdlib.h>
#include <string.h>
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

bool ck_pairs_are_fast(void) {
#if defined(__x86_64__)
  return ck_isa_reduces(CK_ISA_AVX512) && __builtin_cpu_is("amd");
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
