// The kernels for AVX-512. Only isa.c may decide that they run.
#if defined(__x86_64__)
#include <string.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#define CK_VL 16
#define CK_PANEL_BLOCKS 2
#define CK_TILE_PIXELS 14
#define CK_TABLE ck_kernels_avx512
#include "kernel_table.h"
#pragma clang attribute pop
#endif
