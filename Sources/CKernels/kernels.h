// What each instruction set provides; filled once by every kernels_*.c.
#pragma once

#include "include/ck_conv.h"
#include "include/ck_map.h"

typedef struct {
  // Blocks of 16 output channels that a convolution computes together; packed weights depend on it.
  int32_t panel_blocks;
  size_t (*conv_scratch)(const ck_conv *conv, int32_t threads);
  void (*conv_run)(ck_pool *pool, const ck_conv *conv, float *scratch);
  void (*conv_transposed_run)(ck_pool *pool, ck_map from, const float *weights, const float *bias,
                              int32_t size_rows, int32_t size_columns, ck_activation activation, ck_map to);
  void (*scale_shift)(ck_pool *pool, ck_map from, ck_map to, const float *scale, const float *shift,
                      ck_activation activation);
  void (*binary)(ck_pool *pool, ck_binary op, ck_map a, ck_map b, ck_map to, ck_activation activation);
  void (*resample)(ck_pool *pool, ck_map from, ck_map to, ck_resampled_axis rows, ck_resampled_axis columns);
  void (*max_pool)(ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows, ck_window_axis columns);
  void (*average_pool)(ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows, ck_window_axis columns,
                       bool counts_padding);
  void (*softmax)(ck_pool *pool, ck_map from, float *to);
  double (*peak_floats)(void);
  double (*peak_bytes)(void);
} ck_kernels;

extern const ck_kernels ck_kernels_portable, ck_kernels_avx2, ck_kernels_avx512, ck_kernels_reduced;

const ck_kernels *ck_kernels_for(ck_isa isa);

static inline size_t ck_element_bytes(ck_element element) {
  return element == CK_FLOAT32 ? 4 : element == CK_BFLOAT16 ? 2 : 1;
}

// Elements from one block of 16 channels to the next.
static inline ptrdiff_t ck_block_stride(ck_map map) { return (ptrdiff_t)map.height * map.pitch * CK_LANES; }

static inline int32_t ck_blocks(int32_t channels) { return (channels + CK_LANES - 1) / CK_LANES; }
