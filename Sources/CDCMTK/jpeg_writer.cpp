#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "hd_jpeg.h"
#include "support.hpp"

namespace {

/// libjpeg's way out of an error is not to come back.
[[noreturn]] void fail(j_common_ptr info) {
  char text[JMSG_LENGTH_MAX];
  (*info->err->format_message)(info, text);
  throw hd::Failure(HD_CORRUPT, std::string("The picture cannot be encoded: ") + text + ".");
}

void ignoreWarning(j_common_ptr, int) {}

class Encoder {
 public:
  Encoder() {
    info.err = jpeg_std_error(&errors);
    errors.error_exit = fail;
    errors.emit_message = ignoreWarning;
    jpeg_create_compress(&info);
  }
  ~Encoder() { jpeg_destroy_compress(&info); }
  Encoder(const Encoder &) = delete;
  Encoder &operator=(const Encoder &) = delete;

  void encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t **bytes,
              unsigned long *count) {
    jpeg_mem_dest(&info, bytes, count);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    info.comp_info[0].h_samp_factor = 2;
    info.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < height) {
      auto *row = const_cast<JSAMPROW>(rgb + size_t{3} * width * info.next_scanline);
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  }

 private:
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
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
