// The convolutions for AVX-512 with BF16 and VNNI. Only isa.c may decide that they run.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "kernels.h"

#pragma clang attribute push(                                                                              \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,avx2,fma"))),          \
    apply_to = function)
#define CK_VL 16
#define CK_PANEL_BLOCKS 2
#define CK_TILE_PIXELS 14
#define CK_REDUCED
#include "conv_direct.h"
#include "conv_winograd.h"
#include "conv_winograd_bytes.h"
#include "peak.h"

static bool is_winograd_on_bytes(const ck_conv *conv) {
  return conv->method == CK_METHOD_WINOGRAD_4 && conv->sources[0].map.element == CK_UINT8;
}

static size_t conv_scratch(const ck_conv *conv, int32_t threads) {
  if (is_winograd_on_bytes(conv)) return bytes_scratch(conv, threads);
  return conv->method == CK_METHOD_DIRECT ? direct_scratch(conv, threads) : winograd_scratch(conv, threads);
}

static void conv_run(ck_pool *pool, const ck_conv *conv, float *scratch) {
  if (is_winograd_on_bytes(conv))
    bytes_run(pool, conv, scratch);
  else if (conv->method == CK_METHOD_DIRECT)
    direct_run(pool, conv, scratch);
  else
    winograd_run(pool, conv, scratch);
}

const ck_kernels ck_kernels_reduced = {
    .panel_blocks = CK_PANEL_BLOCKS, .conv_scratch = conv_scratch, .conv_run = conv_run,
    .peak_floats = peak_floats, .peak_bytes = peak_bytes};
#pragma clang attribute pop
#endif
