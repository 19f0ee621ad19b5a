#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "hd_jpeg.h"
#include "huffman_tables.hpp"
#include "jpeg_errors.hpp"
#include "support.hpp"

namespace {

class Encoder {
 public:
  Encoder() { info.err = errors.manager(); }
  ~Encoder() { jpeg_destroy_compress(&info); }
  Encoder(const Encoder &) = delete;
  Encoder &operator=(const Encoder &) = delete;

  /// `*bytes`, at first nullptr, is the caller's to free, also where this throws.
  void encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes,
              unsigned long *count) {
    // What the jump leaves behind has no destructors, and nothing of this frame changes after setjmp.
    if (setjmp(errors.wayOut) != 0) {
      // The block that libjpeg writes to is another one each time that it grows, which it tells at the end alone.
      if (*bytes != nullptr) (*info.dest->term_destination)(&info);
      throw hd::Failure(HD_CORRUPT, std::string("The picture cannot be encoded: ") + errors.text + ".");
    }
    compress(rgb, width, height, quality, bytes, count);
  }

 private:
  void compress(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes,
                unsigned long *count) {
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, bytes, count);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    // Made for such pictures: nearly as small as with tables of each picture's own, which take twice the time.
    use(hd::lumaDC, info.dc_huff_tbl_ptrs[0]);
    use(hd::lumaAC, info.ac_huff_tbl_ptrs[0]);
    use(hd::chromaDC, info.dc_huff_tbl_ptrs[1]);
    use(hd::chromaAC, info.ac_huff_tbl_ptrs[1]);
    info.comp_info[0].h_samp_factor = 2;
    info.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < height) {
      auto *row = const_cast<JSAMPROW>(rgb + size_t{3} * width * info.next_scanline);
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  }

  /// Puts a table in the place of libjpeg's own, which `jpeg_set_defaults` has made.
  static void use(const hd::HuffmanTable &table, JHUFF_TBL *place) {
    std::copy(std::begin(table.counts), std::end(table.counts), place->bits + 1);
    std::copy(std::begin(table.symbols), std::end(table.symbols), place->huffval);
  }

  jpeg_compress_struct info{};
  hd::JPEGErrors errors{};
};

}  // namespace

int hd_jpeg_encode(
    const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes, size_t *count,
    hd_error *error) {
  uint8_t *encoded = nullptr;
  const int code = hd::guarded(error, 1, [&] {
    unsigned long size = 0;
    Encoder().encode(rgb, width, height, quality, &encoded, &size);
    *bytes = encoded;
    *count = size;
    return 0;
  });
  if (code != 0) std::free(encoded);
  return code;
}

void hd_jpeg_free(uint8_t *bytes) { std::free(bytes); }
