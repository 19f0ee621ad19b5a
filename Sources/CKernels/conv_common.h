// What the convolution methods share: the list of input blocks over all sources.
#pragma once

#include "simd.h"

// Channels are limited to 8192, and every source may leave one block unfilled.
enum { CK_MAX_BLOCKS = 8192 / CK_LANES + CK_MAX_SOURCES };

typedef struct {
  const void *data;  // of the block, or of its first plane
  ck_source_kind kind;
  ck_element element;
  float scale;
  int32_t height, width, pitch;  // as stored
} input_block;

typedef struct {
  int32_t count, channels;
  input_block blocks[CK_MAX_BLOCKS];
  int32_t lanes[CK_MAX_BLOCKS];
} input_blocks;

static int32_t count_blocks(const ck_conv *conv) {
  int32_t count = 0;
  for (int32_t s = 0; s < conv->source_count; s++) count += ck_blocks(conv->sources[s].map.channels);
  return count;
}

static void list_blocks(const ck_conv *conv, input_blocks *list) {
  list->count = list->channels = 0;
  for (int32_t s = 0; s < conv->source_count; s++) {
    const ck_map map = conv->sources[s].map;
    const int planar = conv->sources[s].kind == CK_SOURCE_PLANAR;
    const ptrdiff_t stride = planar ? (ptrdiff_t)CK_LANES * map.height * map.width : ck_block_stride(map);
    for (int32_t b = 0; b < ck_blocks(map.channels); b++) {
      int32_t left = map.channels - b * CK_LANES;
      list->lanes[list->count] = left < CK_LANES ? left : CK_LANES;
      list->blocks[list->count++] =
          (input_block){(const char *)map.data + b * stride * (ptrdiff_t)ck_element_bytes(map.element),
                        conv->sources[s].kind, map.element, map.scale, map.height, map.width,
                        planar ? map.width : map.pitch};
    }
    list->channels += map.channels;
  }
}

// How many output blocks the panel that starts at `block` holds.
static int32_t panel_width(const ck_conv *conv, int32_t block) {
  int32_t left = ck_blocks(conv->out.channels) - block;
  return left < CK_PANEL_BLOCKS ? left : CK_PANEL_BLOCKS;
}

static inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }
