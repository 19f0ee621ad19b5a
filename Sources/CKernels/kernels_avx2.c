// The kernels for AVX2 with FMA. Only isa.c may decide that they run.
#if defined(__x86_64__)
#include <string.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_VL 8
#define CK_PANEL_BLOCKS 1
#define CK_TILE_PIXELS 6
#define CK_TABLE ck_kernels_avx2
#include "kernel_table.h"
#pragma clang attribute pop
#endif
