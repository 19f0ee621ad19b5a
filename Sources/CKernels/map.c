// Moves between layouts; memory bound, so one version serves every instruction set.
#include "include/ck_map.h"

#include <string.h>

#include "kernels.h"

int32_t ck_map_pitch(int32_t width) { return width + 1; }

size_t ck_map_floats(int32_t channels, int32_t height, int32_t width) {
  return (size_t)ck_blocks(channels) * height * ck_map_pitch(width) * CK_LANES;
}

typedef struct {
  const float *planar_from;
  float *planar_to;
  ck_map from, to;
  int32_t channel;
} move;

// One row of one block.
static void pack_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const move *m = context;
  int32_t block = unit / m->to.height, y = unit % m->to.height;
  float *row = m->to.data + block * ck_block_stride(m->to) + (ptrdiff_t)y * m->to.pitch * CK_LANES;
  size_t plane = (size_t)m->to.height * m->to.width;
  for (int32_t lane = 0; lane < CK_LANES && block * CK_LANES + lane < m->to.channels; lane++) {
    const float *source = m->planar_from + (block * CK_LANES + lane) * plane + (size_t)y * m->to.width;
    for (int32_t x = 0; x < m->to.width; x++) row[x * CK_LANES + lane] = source[x];
  }
}

static void unpack_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const move *m = context;
  int32_t block = unit / m->from.height, y = unit % m->from.height;
  const float *row = m->from.data + block * ck_block_stride(m->from) +
                     (ptrdiff_t)y * m->from.pitch * CK_LANES;
  size_t plane = (size_t)m->from.height * m->from.width;
  for (int32_t lane = 0; lane < CK_LANES && block * CK_LANES + lane < m->from.channels; lane++) {
    float *result = m->planar_to + (block * CK_LANES + lane) * plane + (size_t)y * m->from.width;
    for (int32_t x = 0; x < m->from.width; x++) result[x] = row[x * CK_LANES + lane];
  }
}

static void copy_row(void *context, int32_t unit, int32_t thread) {
  (void)thread;
  const move *m = context;
  int32_t block = unit / m->from.height, y = unit % m->from.height;
  ptrdiff_t row = (ptrdiff_t)y * m->from.pitch * CK_LANES;
  memcpy(m->to.data + (m->channel / CK_LANES + block) * ck_block_stride(m->to) + row,
         m->from.data + block * ck_block_stride(m->from) + row,
         (size_t)m->from.width * CK_LANES * sizeof(float));
}

void ck_map_pack(ck_pool *pool, const float *from, ck_map to) {
  move m = {.planar_from = from, .to = to};
  ck_pool_run(pool, pack_row, &m, ck_blocks(to.channels) * to.height);
}

void ck_map_unpack(ck_pool *pool, ck_map from, float *to) {
  move m = {.planar_to = to, .from = from};
  ck_pool_run(pool, unpack_row, &m, ck_blocks(from.channels) * from.height);
}

void ck_map_copy(ck_pool *pool, ck_map from, ck_map to, int32_t channel) {
  move m = {.from = from, .to = to, .channel = channel};
  ck_pool_run(pool, copy_row, &m, ck_blocks(from.channels) * from.height);
}
