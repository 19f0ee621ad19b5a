/// libjpeg's way out of an error is not to come back; it is C, through which nothing may be thrown.
#pragma once

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace hd {

struct JPEGErrors {
  /// First, so that libjpeg's pointer to it is one to the whole.
  jpeg_error_mgr base;
  std::jmp_buf wayOut;
  char text[JMSG_LENGTH_MAX];

  /// What `info.err` is to be. The caller has to have called `setjmp(wayOut)` before any other function of libjpeg.
  jpeg_error_mgr *manager() {
    jpeg_std_error(&base);
    base.error_exit = leave;
    base.emit_message = count;
    return &base;
  }

 private:
  [[noreturn]] static void leave(j_common_ptr info) {
    auto *errors = reinterpret_cast<JPEGErrors *>(info->err);
    (*info->err->format_message)(info, errors->text);
    std::longjmp(errors->wayOut, 1);
  }

  /// Warnings, which have the level -1, are counted and not written.
  static void count(j_common_ptr info, int level) { info->err->num_warnings += level < 0; }
};

}  // namespace hd
