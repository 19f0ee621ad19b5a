// Which instruction set the fast kernels use.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  CK_ISA_PORTABLE = 0,  // what every machine of the architecture has
  CK_ISA_AVX2 = 1,      // AVX2 and FMA
  CK_ISA_AVX512 = 2,    // AVX-512 F, BW, DQ and VL
} ck_isa;

// Whether this machine can execute `isa`.
bool ck_isa_supported(ck_isa isa);

// The best instruction set of this machine. The environment variable HINGED_ISA (portable, avx2 or avx512)
// chooses a lower one; a value that is unknown or that the machine lacks is ignored.
ck_isa ck_isa_preferred(void);

// Whether the kernels of `isa` take maps of bfloat16 and of eight bits: AVX-512 with BF16 and VNNI.
bool ck_isa_reduces(ck_isa isa);

// Whether this processor multiplies pairs of bfloat16 faster than as many floats. The two round differently, so that
// this is told by the processor's maker and never measured: a busy moment would give another result. AMD's (from Zen 4
// on) take as long for the one instruction as for one on floats; Intel's take four times as long.
bool ck_pairs_are_fast(void);

// Operations (a multiplication and an addition are two) a second of one thread that does nothing else, measured;
// on floats, or on integers of eight bits, which need ck_isa_reduces(isa).
double ck_peak_floats(ck_isa isa);
double ck_peak_bytes(ck_isa isa);

const char *ck_isa_name(ck_isa isa);
