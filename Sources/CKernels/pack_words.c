// Weights of Winograd's method on integers, from those of eight bits in the direct method's order; the matrix and the
// limits are told in winograd_integer_lines.h.
#include "kernels.h"

static const int16_t g[6][3] = {{6, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}};

// The bytes of one panel of output channels: block, tap, four channels, output channel, channel.
typedef struct {
  const int8_t *bytes;
  int32_t width;  // output channels
} byte_panel;

static int8_t weight_at(byte_panel p, int32_t block, int32_t tap, int32_t lane, int32_t k) {
  return p.bytes[((((ptrdiff_t)block * 9 + tap) * 4 + lane / 4) * p.width + k) * 4 + lane % 4];
}

static byte_panel panel_at(ck_isa isa, const int8_t *bytes, int32_t out_channels, int32_t in_blocks, int32_t block) {
  const int32_t most = ck_kernels_for(isa)->panel_blocks, left = ck_blocks(out_channels) - block;
  return (byte_panel){bytes + (ptrdiff_t)block * CK_LANES * in_blocks * CK_LANES * 9,
                      (left < most ? left : most) * CK_LANES};
}

bool ck_words_fit(ck_isa isa, const int8_t *bytes, int32_t out_channels, int32_t in_blocks) {
  for (int32_t block = 0; block < ck_blocks(out_channels);) {
    const byte_panel p = panel_at(isa, bytes, out_channels, in_blocks, block);
    for (int32_t k = 0; k < p.width; k++) {
      int64_t above = 0, below = 0;
      for (int32_t i = 0; i < in_blocks * 9 * CK_LANES; i++) {
        const int8_t w = weight_at(p, 0, i / CK_LANES, i % CK_LANES, k);
        if (w > 0) above += w;
        else below -= w;
      }
      if ((above > below ? above : below) * 255 >= CK_WINOGRAD_SUM) return false;
    }
    block += p.width / CK_LANES;
  }
  return true;
}

// G w G^T of one filter; frequency k goes to to[k * stride].
static void transform_filter(const int32_t *w, int16_t *to, ptrdiff_t stride) {
  for (int i = 0; i < 6; i++) {
    int32_t half[3];
    for (int x = 0; x < 3; x++) half[x] = g[i][0] * w[x] + g[i][1] * w[3 + x] + g[i][2] * w[6 + x];
    for (int j = 0; j < 6; j++)
      to[(i * 6 + j) * stride] = (int16_t)(g[j][0] * half[0] + g[j][1] * half[1] + g[j][2] * half[2]);
  }
}

size_t ck_words_count(int32_t out_channels, int32_t in_blocks) {
  return (size_t)ck_blocks(out_channels) * CK_LANES * in_blocks * CK_LANES * 36;
}

void ck_pack_words(ck_isa isa, const int8_t *bytes, int32_t out_channels, int32_t in_blocks, int16_t *to) {
  for (int32_t block = 0; block < ck_blocks(out_channels);) {
    const byte_panel p = panel_at(isa, bytes, out_channels, in_blocks, block);
    const ptrdiff_t depth = (ptrdiff_t)in_blocks * CK_LANES * p.width;
    for (int32_t c = 0; c < in_blocks * CK_LANES; c++)
      for (int32_t k = 0; k < p.width; k++) {
        int32_t w[9];
        for (int32_t tap = 0; tap < 9; tap++) w[tap] = weight_at(p, c / CK_LANES, tap, c % CK_LANES, k);
        transform_filter(w, to + ((ptrdiff_t)c / 2 * p.width + k) * 2 + c % 2, depth);
      }
    to += depth * 36;
    block += p.width / CK_LANES;
  }
}
