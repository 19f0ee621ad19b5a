#include "jpeg_reader.hpp"

#include "jpeg_errors.hpp"

namespace hd {

namespace {

class Decoder {
 public:
  Decoder() { info.err = errors.manager(); }
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder &) = delete;
  Decoder &operator=(const Decoder &) = delete;

  bool decode(const uint8_t *stream, size_t count, const PixelFormat &format, bool lumaAlone, uint8_t *samples) {
    // What the jump leaves behind has no destructors, and nothing of this frame changes after setjmp.
    if (setjmp(errors.wayOut) != 0) return false;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, stream, static_cast<unsigned long>(count));
    jpeg_read_header(&info, TRUE);
    if (info.image_width != format.columns || info.image_height != format.rows ||
        info.num_components != static_cast<int>(format.samples)) {
      return false;
    }
    if (lumaAlone && info.jpeg_color_space != JCS_YCbCr) return false;
    info.out_color_space = lumaAlone ? JCS_GRAYSCALE : info.jpeg_color_space;
    const size_t components = lumaAlone ? 1 : format.samples;
    info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info);
    if (info.output_components != static_cast<int>(components)) return false;
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = samples + size_t{info.output_scanline} * format.columns * components;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    return errors.base.num_warnings == 0;
  }

 private:
  jpeg_decompress_struct info{};
  JPEGErrors errors{};
};

}  // namespace

bool decodeBaselineJPEG(const uint8_t *stream, size_t count, const PixelFormat &format, uint8_t *samples) {
  return Decoder().decode(stream, count, format, false, samples);
}

bool decodeBaselineLuma(const uint8_t *stream, size_t count, const PixelFormat &format, uint8_t *gray) {
  return Decoder().decode(stream, count, format, true, gray);
}

}  // namespace hd
