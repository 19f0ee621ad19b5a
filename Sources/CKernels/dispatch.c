// Hands each operation to the kernels of the instruction set that was chosen.
#include "kernels.h"

const ck_kernels *ck_kernels_for(ck_isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case CK_ISA_PORTABLE: break;
    case CK_ISA_AVX2: return &ck_kernels_avx2;
    case CK_ISA_AVX512: return &ck_kernels_avx512;
  }
#else
  (void)isa;
#endif
  return &ck_kernels_portable;
}

// The kernels for a convolution whose maps may be reduced.
static const ck_kernels *conv_kernels(ck_isa isa, const ck_conv *conv) {
#if defined(__x86_64__)
  bool is_reduced = conv->out.element != CK_FLOAT32;
  for (int32_t s = 0; s < conv->source_count; s++) is_reduced |= conv->sources[s].map.element != CK_FLOAT32;
  if (is_reduced) return &ck_kernels_reduced;
#else
  (void)conv;
#endif
  return ck_kernels_for(isa);
}

size_t ck_conv_scratch(ck_isa isa, const ck_conv *conv, int32_t threads) {
  return conv_kernels(isa, conv)->conv_scratch(conv, threads);
}

void ck_conv_run(ck_isa isa, ck_pool *pool, const ck_conv *conv, float *scratch) {
  conv_kernels(isa, conv)->conv_run(pool, conv, scratch);
}

void ck_conv_transposed_run(ck_isa isa, ck_pool *pool, ck_map from, const float *weights, const float *bias,
                            int32_t size_rows, int32_t size_columns, ck_activation activation, ck_map to) {
  ck_kernels_for(isa)->conv_transposed_run(pool, from, weights, bias, size_rows, size_columns, activation, to);
}

void ck_map_scale_shift(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, const float *scale,
                        const float *shift, ck_activation activation) {
  ck_kernels_for(isa)->scale_shift(pool, from, to, scale, shift, activation);
}

void ck_map_binary(ck_isa isa, ck_pool *pool, ck_binary op, ck_map a, ck_map b, ck_map to,
                   ck_activation activation) {
  ck_kernels_for(isa)->binary(pool, op, a, b, to, activation);
}

void ck_map_resample(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_resampled_axis rows,
                     ck_resampled_axis columns) {
  ck_kernels_for(isa)->resample(pool, from, to, rows, columns);
}

void ck_map_max_pool(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows,
                     ck_window_axis columns) {
  ck_kernels_for(isa)->max_pool(pool, from, to, rows, columns);
}

void ck_map_average_pool(ck_isa isa, ck_pool *pool, ck_map from, ck_map to, ck_window_axis rows,
                         ck_window_axis columns, bool counts_padding) {
  ck_kernels_for(isa)->average_pool(pool, from, to, rows, columns, counts_padding);
}

void ck_map_softmax(ck_isa isa, ck_pool *pool, ck_map from, float *to) {
  ck_kernels_for(isa)->softmax(pool, from, to);
}

double ck_peak_floats(ck_isa isa) { return ck_kernels_for(isa)->peak_floats(); }

double ck_peak_bytes(ck_isa isa) {
#if defined(__x86_64__)
  if (ck_isa_reduces(isa)) return ck_kernels_reduced.peak_bytes();
#else
  (void)isa;
#endif
  return 0;
}
