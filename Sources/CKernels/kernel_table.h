// Gathers the kernels of one instruction set into the table that CK_TABLE names.
#pragma once

#include "conv_direct.h"
#include "conv_transposed.h"
#include "conv_winograd.h"
#include "peak.h"
#include "pointwise.h"
#include "softmax.h"

static size_t conv_scratch(const ck_conv *conv, int32_t threads) {
  return conv->method == CK_METHOD_DIRECT ? direct_scratch(conv, threads) : winograd_scratch(conv, threads);
}

static void conv_run(ck_pool *pool, const ck_conv *conv, float *scratch) {
  if (conv->method == CK_METHOD_DIRECT)
    direct_run(pool, conv, scratch);
  else
    winograd_run(pool, conv, scratch);
}

const ck_kernels CK_TABLE = {
    .panel_blocks = CK_PANEL_BLOCKS,
    .conv_scratch = conv_scratch,
    .conv_run = conv_run,
    .conv_transposed_run = transposed_run,
    .scale_shift = scale_shift_run,
    .binary = binary_run,
    .resample = resample_run,
    .max_pool = max_pool_run,
    .average_pool = average_pool_run,
    .softmax = softmax_run,
    .peak_floats = peak_floats,
};
