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

const char *ck_isa_name(ck_isa isa);
