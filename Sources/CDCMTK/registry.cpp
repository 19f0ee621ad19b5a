#include "dcmtk/config/osconfig.h"

#include <cstdio>
#include <mutex>

#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmimage/diregist.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"
#include "dcmtk/oflog/oflog.h"

#include "support.hpp"

namespace hd {

namespace {

/// Colours stay as they are coded, and pixel by pixel: luma is then a component of most ultrasound pictures and
/// needs no conversion. Acuson's loops end with a delimiter too many, which is no reason to refuse them.
void registerDecoders() {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  dcmReplaceWrongDelimitationItem.set(OFTrue);
  DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
  DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
}

}  // namespace

void initialise() {
  static std::once_flag once;
  std::call_once(once, registerDecoders);
  if (!dcmDataDict.isDictionaryLoaded()) {
    throw Failure(HD_UNREADABLE, "DCMTK's data dictionary (dicom.dic of libdcmtk) could not be loaded.");
  }
}

Failure failure(const OFCondition &condition, const char *doing) {
  int code = HD_CORRUPT;
  if (condition == EC_StreamNotifyClient || condition == EC_EndOfStream || condition == EC_InvalidStream) {
    code = HD_TRUNCATED;
  }
  if (condition == EC_MemoryExhausted) code = HD_TOO_LARGE;
  return Failure(code, std::string(doing) + ": " + condition.text() + ".");
}

void check(const OFCondition &condition, const char *doing) {
  if (condition.bad()) throw failure(condition, doing);
}

void report(hd_error *error, int code, const char *text) {
  if (error == nullptr) return;
  error->code = code;
  std::snprintf(error->text, sizeof error->text, "%s", text);
}

}  // namespace hd
